/**
 * What {@code ./pidcap bench} runs: whole processes, ours and the one that people would use instead, in turn on the same
 * input. One class for each {@link io.pidcap.it.bench.Benchmark}; a new one is added to {@link
 * io.pidcap.it.bench.BenchMain#ALL}.
 */
@NullMarked
package io.pidcap.it.bench;

import org.jspecify.annotations.NullMarked;
