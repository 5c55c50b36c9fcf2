package io.pidcap.coordinator.cli;

import io.pidcap.protocol.v1.StopProgress;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** The bar that is shown while the rest of a capture is filtered; nothing where nobody looks, or nothing is left. */
final class DrainProgress implements AutoCloseable {
    private static final long MIB = 1 << 20;
    private static final int REFRESH_MILLIS = 100;

    private final boolean shown;
    private @Nullable ProgressBar bar;

    DrainProgress(boolean shown) {
        this.shown = shown;
    }

    void show(StopProgress progress) {
        if (!shown || (progress.getTotalBytes() <= progress.getDoneBytes() && bar == null)) {
            return;
        }
        if (bar == null) {
            bar = new ProgressBarBuilder()
                    .setTaskName("filtering")
                    .setUnit(" MiB", MIB)
                    .setStyle(ProgressBarStyle.ASCII)
                    .setUpdateIntervalMillis(REFRESH_MILLIS)
                    .setConsumer(new ConsoleProgressBarConsumer(System.err))
                    .clearDisplayOnFinish()
                    .setInitialMax(progress.getTotalBytes())
                    .build();
        }
        bar.maxHint(progress.getTotalBytes());
        bar.stepTo(progress.getDoneBytes());
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
