package io.pidcap.capture;

import io.pidcap.host.PacketSourceConfig;
import java.nio.file.Path;
import java.util.List;

/**
 * What {@code StartCapture} asks for, checked.
 *
 * @param interfaces at least one; where one stands for several, as `any` on Windows, each of these has a number of its own
 * @param spoolDirectory absolute
 * @param segmentBytes a segment ends with the first flush at or over this size; positive
 */
record CaptureRequest(List<PacketSourceConfig> interfaces, Path spoolDirectory, long segmentBytes) {
    CaptureRequest {
        interfaces = List.copyOf(interfaces);
    }
}
