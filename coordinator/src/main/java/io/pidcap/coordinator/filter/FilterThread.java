package io.pidcap.coordinator.filter;

import io.pidcap.coordinator.attribution.ProcessRegistry;
import io.pidcap.coordinator.attribution.ProcessSelector;
import io.pidcap.coordinator.filter.FilterProgress.State;
import io.pidcap.protocol.file.CaptureFileWriter;
import java.io.IOException;
import java.util.List;

/**
 * The filter stage of a session: a thread that owns all of attribution, the reading of the spool and the writing of the
 * output, and is told what happens by {@link #post}.
 *
 * <p>It ends with {@link FilterCommand.Finish}, with an output that cannot be written, or with {@link #abort}; what is
 * posted after that is dropped.
 */
public final class FilterThread {
    /** Commands that may wait. The thread takes all of them between two chunks of packets. */
    static final int QUEUE_CAPACITY = 1024;

    private static final int CHUNK_PACKETS = 4096;

    /** What a snapshot of so many leaves behind when it is taken over is more than the young generation holds. */
    private static final int LARGE_SNAPSHOT_SOCKETS = 20_000;

    private static final long PUBLISH_NANOS = 50_000_000;

    private final FilterStage stage;
    private final FilterListener listener;
    private final CommandQueue queue = new CommandQueue(QUEUE_CAPACITY);
    private final Thread thread;
    private volatile FilterProgress progress;
    private long publishedNanoTime;

    /**
     * Does nothing until {@link #start}.
     *
     * @param output this thread's alone from now until the listener is told of an end or {@link #abort} has returned;
     *     flushed, but not closed
     */
    public FilterThread(ProcessSelector selector, CaptureFileWriter output, FilterListener listener) {
        this(selector, output, listener, false, FilterCheckpoint.NOTHING);
    }

    /** @param withPrefilter also decides what the kernel may drop, see {@link FilterListener#prefilterDecided} */
    public FilterThread(
            ProcessSelector selector, CaptureFileWriter output, FilterListener listener, boolean withPrefilter) {
        this(selector, output, listener, withPrefilter, FilterCheckpoint.NOTHING);
    }

    /** @param from what lies before it is in the output already: neither read nor counted again */
    public FilterThread(
            ProcessSelector selector, CaptureFileWriter output, FilterListener listener, FilterCheckpoint from) {
        this(selector, output, listener, false, from);
    }

    private FilterThread(
            ProcessSelector selector,
            CaptureFileWriter output,
            FilterListener listener,
            boolean withPrefilter,
            FilterCheckpoint from) {
        this.stage = new FilterStage(new ProcessRegistry(selector), output, listener, withPrefilter, from);
        this.listener = listener;
        this.progress = stage.progress(State.RUNNING);
        this.thread = new Thread(this::run, "filter");
    }

    public void start() {
        thread.start();
    }

    /**
     * Tells what happened, from any thread, in the order in which it happened. Waits while {@value #QUEUE_CAPACITY}
     * commands are waiting, which is milliseconds unless the output's disk stands still.
     *
     * @return false: the stage is over and the command was dropped
     */
    public boolean post(FilterCommand command) throws InterruptedException {
        return queue.put(command);
    }

    /** As it was at most some tenths of a second ago; from any thread. */
    public FilterProgress progress() {
        return progress;
    }

    /** Where it is; only on its thread, from within the output's {@code turn} and {@code idle}. */
    public FilterCheckpoint checkpoint() {
        return stage.checkpoint();
    }

    /** Stops at once, leaving what is not filtered. Waits for the thread; no listener is called after it has returned. */
    public void abort() throws InterruptedException {
        queue.close();
        thread.join();
    }

    private void run() {
        try {
            boolean finished = filter();
            queue.close();
            progress = stage.progress(finished ? State.FINISHED : State.ABORTED);
            if (finished) {
                listener.finished(progress);
            }
        } catch (InterruptedException e) {
            failed(new IllegalStateException("the filter's thread was interrupted", e));
        } catch (IOException | RuntimeException e) {
            failed(e);
        } catch (Error e) {
            // As of memory: with a thread that ends without a word, the session would wait for it for ever.
            failed(new IllegalStateException(e.toString(), e));
        } finally {
            queue.close();
            stage.close();
        }
    }

    private void failed(Exception cause) {
        queue.close();
        progress = stage.progress(State.FAILED);
        listener.failed(progress, cause);
    }

    /** True when finished, false when aborted. */
    private boolean filter() throws IOException, InterruptedException {
        boolean more = false;
        boolean largeSnapshotTaken = false;
        while (true) {
            List<FilterCommand> commands = queue.takeAll(!more);
            if (largeSnapshotTaken) {
                // Now nobody holds it any more, and the heap goes back to what lives.
                largeSnapshotTaken = false;
                System.gc();
            }
            if (commands == null) {
                return false;
            }
            for (FilterCommand command : commands) {
                stage.apply(command);
                largeSnapshotTaken |= isLargeSnapshot(command);
            }
            more = stage.advance(CHUNK_PACKETS);
            if (!more && stage.isFinishing()) {
                stage.finish();
                return true;
            }
            if (!more) {
                stage.idle();
            }
            publish(!more);
        }
    }

    private static boolean isLargeSnapshot(FilterCommand command) {
        return command instanceof FilterCommand.SnapshotArrived arrived
                && arrived.snapshot().sockets().size() >= LARGE_SNAPSHOT_SOCKETS;
    }

    /** Also what is written so far: somebody may be looking at the packets as they come. */
    private void publish(boolean now) throws IOException {
        long nanoTime = System.nanoTime();
        if (now || nanoTime - publishedNanoTime > PUBLISH_NANOS) {
            publishedNanoTime = nanoTime;
            stage.flush();
            progress = stage.progress(State.RUNNING);
        }
    }
}
