package io.pidcap.coordinator.session;

import io.pidcap.coordinator.failure.SessionException;
import org.jspecify.annotations.Nullable;

/**
 * How a session ended.
 *
 * @param failure null: it did its job
 */
public record SessionEnd(SessionReport report, @Nullable SessionException failure) {}
