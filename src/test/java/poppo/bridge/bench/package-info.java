/**
 * The two promises about speed, measured: {@link poppo.bridge.bench.BenchmarkReport} runs the JMH benchmarks and judges
 * their ratios. {@code mvn -q -Pbench test}; not part of the tests, since a busy machine would fail them.
 */
package poppo.bridge.bench;
