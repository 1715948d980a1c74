/**
 * The promises of the design under real faults: a bridge in a process of its own, a real {@code redis-server}, a proxy
 * between them, a state directory on a real file system, clients over HTTP. {@link poppo.bridge.faults.Fault} breaks
 * things, {@link poppo.bridge.faults.Load} writes down in a {@link poppo.bridge.faults.History} what the clients were
 * told, and {@link poppo.bridge.faults.Checker} judges it. Nothing here knows how the bridge works inside.
 */
package poppo.bridge.faults;
