/**
 * The promises about speed, measured: {@link poppo.bridge.bench.Benchmark} runs the {@link poppo.bridge.bench.Contest
 * contests} and judges their {@link poppo.bridge.bench.Goal goals}. {@code mvn -q -Pbench test}; not part of the tests, since
 * a busy machine would fail them.
 *
 * <p>A new row is a goal of a contest, and a new contest a class listed in {@code Benchmark}.
 */
package poppo.bridge.bench;
