package io.pidcap.coordinator.session;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.failure.SessionException.Kind;
import io.pidcap.coordinator.platform.PrivateFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Records to JSON and back; and into files that are either the old ones or the new ones, never half. */
public final class Json {
    private static final long MOST_BYTES = 64 << 20;

    private Json() {}

    /** Loading the mapper costs a tenth of a second of a start: only who needs it pays. */
    private static final class Holder {
        static final JsonMapper MAPPER = JsonMapper.builder()
                .enable(SerializationFeature.INDENT_OUTPUT)
                // Records are their components; a method that asks something of one is none.
                .changeDefaultVisibility(visibility -> visibility.withIsGetterVisibility(Visibility.NONE))
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .build();
    }

    public static String write(Object value) {
        return Holder.MAPPER.writeValueAsString(value);
    }

    /** Without a line break. */
    public static String writeLine(Object value) {
        return Holder.MAPPER
                .writer()
                .without(SerializationFeature.INDENT_OUTPUT)
                .writeValueAsString(value);
    }

    /**
     * @param what for the message
     * @throws SessionException it is not what {@code type} says
     */
    public static <T> T read(String json, Class<T> type, String what) {
        try {
            T value = Holder.MAPPER.readValue(json, type);
            if (value == null) {
                throw new SessionException(Kind.FAILURE, "read " + what + ": it is empty", "");
            }
            return value;
        } catch (JacksonException e) {
            throw new SessionException(Kind.FAILURE, "read " + what + ": " + e.getOriginalMessage(), "", e);
        }
    }

    static void replace(Path file, String text) throws IOException {
        Path temporary = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(temporary);
        try (FileChannel channel = FileChannel.open(
                temporary,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PrivateFiles.attributesOf(temporary))) {
            ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /**
     * @throws SessionException it cannot be read, or is not what {@code type} says
     */
    static <T> T readFile(Path file, Class<T> type) {
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw new SessionException(Kind.FAILURE, "read " + file + ": it is too large to be ours", "");
            }
            return read(Files.readString(file), type, file.toString());
        } catch (IOException e) {
            throw new SessionException(Kind.FAILURE, "read " + file + ": " + SessionException.words(e), "", e);
        }
    }
}
