package io.pidcap.coordinator.filter;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps what it is told. */
final class RecordingListener implements FilterListener {
    final List<FilterCheckpoint> checkpoints = new CopyOnWriteArrayList<>();
    final List<String> segments = new CopyOnWriteArrayList<>();
    final CompletableFuture<FilterProgress> finished = new CompletableFuture<>();
    final CompletableFuture<Exception> failed = new CompletableFuture<>();

    @Override
    public void segmentFiltered(SpoolSegment segment, FilterCheckpoint checkpoint) {
        checkpoints.add(checkpoint);
        segments.add(String.valueOf(segment.file().getFileName()));
    }

    @Override
    public void finished(FilterProgress result) {
        finished.complete(result);
    }

    @Override
    public void failed(FilterProgress result, Exception cause) {
        failed.complete(cause);
    }
}
