package io.pidcap.coordinator.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pidcap.coordinator.failure.DiskFault;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WholeWriteChannelTest {
    @TempDir
    Path temp;

    @Test
    void shouldWriteAllOfABuffer() throws IOException {
        Path file = temp.resolve("f");
        try (WholeWriteChannel channel = new WholeWriteChannel(
                FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE))) {
            assertThat(channel.write(ByteBuffer.wrap(new byte[1000]))).isEqualTo(1000);
        }
        assertThat(Files.size(file)).isEqualTo(1000);
    }

    @Test
    void shouldTellThatTheDiskIsFull() throws IOException {
        try (WholeWriteChannel channel =
                new WholeWriteChannel(FileChannel.open(Path.of("/dev/full"), StandardOpenOption.WRITE))) {
            assertThatThrownBy(() -> channel.write(ByteBuffer.allocate(10)))
                    .isInstanceOfSatisfying(
                            IOException.class, e -> assertThat(DiskFault.of(e)).contains(DiskFault.FULL));
        }
    }
}
