package io.pidcap.protocol.wire;

import com.google.protobuf.ByteString;
import io.pidcap.protocol.model.Endpoint;
import io.pidcap.protocol.model.IpAddress;
import io.pidcap.protocol.model.LinkType;

/** Checks of single fields, each naming the field in what it throws. */
final class MessageChecks {
    private MessageChecks() {}

    static void require(boolean condition, String field, String what) {
        if (!condition) {
            throw new ProtocolException(field + " " + what);
        }
    }

    /** 4 or 16 bytes; none is any address. */
    static IpAddress addressOrAny(ByteString bytes, String field) {
        return bytes.isEmpty() ? IpAddress.ANY : address(bytes, field);
    }

    static IpAddress address(ByteString bytes, String field) {
        int length = bytes.size();
        require(length == 4 || length == 16, field, "has " + length + " bytes, not 4 or 16");
        return IpAddress.ofBytes(bytes.toByteArray());
    }

    static Endpoint endpoint(ByteString address, int port, String addressField, String portField) {
        return new Endpoint(addressOrAny(address, addressField), unsigned(port, 65535, portField));
    }

    static LinkType linkType(int value, String field) {
        return new LinkType(unsigned(value, 65535, field));
    }

    /** A uint32 that must be at most {@code max}. */
    static int unsigned(int value, int max, String field) {
        require(value >= 0 && value <= max, field, Integer.toUnsignedString(value) + " is not in 0.." + max);
        return value;
    }

    /** A uint64 counter, which as such never gets past the positive numbers of a long. */
    static long counter(long value, String field) {
        require(value >= 0, field, Long.toUnsignedString(value) + " is too large");
        return value;
    }

    static void entries(int count, String message) {
        require(
                count <= PipeLimits.MAX_BATCH_ENTRIES,
                message,
                "has " + count + " entries, more than " + PipeLimits.MAX_BATCH_ENTRIES);
    }

    static ByteString bytes(IpAddress address) {
        return ByteString.copyFrom(address.toBytes());
    }

    static ByteString bytesOrNone(IpAddress address) {
        return address.isAny() ? ByteString.EMPTY : bytes(address);
    }
}
