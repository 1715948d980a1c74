/**
 * What the bridge uses of the machine under it: its {@linkplain poppo.bridge.machine.Disk disk}, and
 * {@linkplain poppo.bridge.machine.Waits how threads wait for each other}. Each of these is one seam, so that a test can
 * make any step fail, end the world there, or put the steps of all threads in an order of its own. And what
 * {@linkplain poppo.bridge.machine.Resource comes in the jar}. Uses the JDK alone.
 */
@NullMarked
package poppo.bridge.machine;

import org.jspecify.annotations.NullMarked;
