package io.pidcap.protocol.wire;

import com.google.protobuf.ByteString;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * What proves that a process is the worker that the coordinator spawned. It travels as one line of hexadecimal digits
 * through the worker's standard input, so that a person can start a worker by hand, and never on a command line, where
 * every user of the host reads it. {@link #toString} does not show it.
 */
public final class WorkerSecret {
    private static final int HEX_DIGITS = 2 * PipeLimits.SECRET_BYTES;

    private final byte[] bytes;

    private WorkerSecret(byte[] bytes) {
        this.bytes = bytes;
    }

    public static WorkerSecret generate() {
        byte[] bytes = new byte[PipeLimits.SECRET_BYTES];
        new SecureRandom().nextBytes(bytes);
        return new WorkerSecret(bytes);
    }

    /**
     * Reads one line and not a byte more; blocks until it is there.
     *
     * @throws IOException it ended early, or is not what {@link #writeLine} writes
     */
    public static WorkerSecret readLine(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder(HEX_DIGITS);
        int next = in.read();
        while (next != '\n') {
            if (next < 0) {
                throw new EOFException("standard input ended before the secret: the coordinator writes " + HEX_DIGITS
                        + " hexadecimal digits and a line feed");
            }
            if (next != '\r') {
                line.append((char) next);
            }
            if (line.length() > HEX_DIGITS) {
                throw notASecret(null);
            }
            next = in.read();
        }
        return ofHex(line.toString());
    }

    private static WorkerSecret ofHex(String digits) throws IOException {
        if (digits.length() != HEX_DIGITS) {
            throw notASecret(null);
        }
        try {
            return new WorkerSecret(HexFormat.of().parseHex(digits));
        } catch (IllegalArgumentException e) {
            throw notASecret(e);
        }
    }

    /** Without the text that was read: it may be most of a secret. */
    private static IOException notASecret(@Nullable Throwable cause) {
        return new IOException(
                "the first line of standard input is not a secret of " + HEX_DIGITS + " hexadecimal digits", cause);
    }

    /** Writes the line that {@link #readLine} reads, and flushes; the stream stays open. */
    public void writeLine(OutputStream out) throws IOException {
        out.write((HexFormat.of().formatHex(bytes) + "\n").getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    /** In a time that does not depend on where the bytes differ. */
    public boolean matches(ByteString candidate) {
        return MessageDigest.isEqual(bytes, candidate.toByteArray());
    }

    /** For {@code Hello.secret}. */
    public ByteString toBytes() {
        return ByteString.copyFrom(bytes);
    }

    @Override
    public String toString() {
        return "WorkerSecret(not shown)";
    }
}
