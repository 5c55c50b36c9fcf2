package io.pidcap.protocol.wire;

import com.google.protobuf.ByteString;
import io.pidcap.protocol.model.Endpoint;
import io.pidcap.protocol.model.IpAddress;
import io.pidcap.protocol.model.LinkType;

/** Checks of single fields, each naming the field in what it throws. */
final class MessageChecks {
    private MessageChecks() {}

    /** @param what a constant: to join a text for a check that holds costs more than all else of a message */
    static void require(boolean condition, String field, String what) {
        if (!condition) {
            throw wrong(field, what);
        }
    }

    /** To be thrown by who found it, with a text that is made only then. */
    static ProtocolException wrong(String field, String what) {
        return new ProtocolException(field + " " + what);
    }

    /** 4 or 16 bytes; none is any address. */
    static IpAddress addressOrAny(ByteString bytes, String field) {
        return bytes.isEmpty() ? IpAddress.ANY : address(bytes, field);
    }

    static IpAddress address(ByteString bytes, String field) {
        return switch (bytes.size()) {
            case 4 -> IpAddress.ofIpv4((int) bigEndian(bytes, 0, 4));
            case 16 -> new IpAddress(bigEndian(bytes, 0, 8), bigEndian(bytes, 8, 8));
            default -> throw wrong(field, "has " + bytes.size() + " bytes, not 4 or 16");
        };
    }

    private static long bigEndian(ByteString bytes, int offset, int length) {
        long value = 0;
        for (int i = offset; i < offset + length; i++) {
            value = value << 8 | (bytes.byteAt(i) & 0xff);
        }
        return value;
    }

    static Endpoint endpoint(ByteString address, int port, String addressField, String portField) {
        return new Endpoint(addressOrAny(address, addressField), unsigned(port, 65535, portField));
    }

    static LinkType linkType(int value, String field) {
        return new LinkType(unsigned(value, 65535, field));
    }

    /** A uint32 that must be at most {@code max}. */
    static int unsigned(int value, int max, String field) {
        if (value < 0 || value > max) {
            throw wrong(field, Integer.toUnsignedString(value) + " is not in 0.." + max);
        }
        return value;
    }

    /** A uint64 counter, which as such never gets past the positive numbers of a long. */
    static long counter(long value, String field) {
        if (value < 0) {
            throw wrong(field, Long.toUnsignedString(value) + " is too large");
        }
        return value;
    }

    static void entries(int count, String message) {
        if (count > PipeLimits.MAX_BATCH_ENTRIES) {
            throw wrong(message, "has " + count + " entries, more than " + PipeLimits.MAX_BATCH_ENTRIES);
        }
    }

    static ByteString bytes(IpAddress address) {
        return ByteString.copyFrom(address.toBytes());
    }

    static ByteString bytesOrNone(IpAddress address) {
        return address.isAny() ? ByteString.EMPTY : bytes(address);
    }
}
