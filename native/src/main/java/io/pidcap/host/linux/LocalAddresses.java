package io.pidcap.host.linux;

import io.pidcap.protocol.model.IpAddress;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds the addresses of a network namespace in {@code fib_trie} (IPv4) and {@code if_inet6}.
 *
 * <p>A trie's leaf is its address on one line and below it a line for each prefix: {@code |-- 192.0.2.2} and {@code /32
 * host LOCAL}. Only whole lines are taken.
 */
final class LocalAddresses {
    private LocalAddresses() {}

    static Set<IpAddress> parseFibTrie(byte[] bytes, int length) {
        Set<IpAddress> addresses = new LinkedHashSet<>();
        @Nullable IpAddress leaf = null;
        for (String line : wholeLines(bytes, length)) {
            int mark = line.indexOf("|-- ");
            if (mark >= 0) {
                leaf = ipv4(line.substring(mark + 4));
            } else if (leaf != null && line.endsWith("/32 host LOCAL")) {
                addresses.add(leaf);
            }
        }
        return addresses;
    }

    /** Lines such as {@code fe80000000000000021132fffe000001 02 40 20 80 eth0}. */
    static Set<IpAddress> parseIfInet6(byte[] bytes, int length) {
        Set<IpAddress> addresses = new LinkedHashSet<>();
        for (String line : wholeLines(bytes, length)) {
            if (line.length() > 32 && line.charAt(32) == ' ' && isHex(line, 32)) {
                addresses.add(new IpAddress(
                        Long.parseUnsignedLong(line, 0, 16, 16), Long.parseUnsignedLong(line, 16, 32, 16)));
            }
        }
        return addresses;
    }

    private static boolean isHex(String line, int length) {
        for (int i = 0; i < length; i++) {
            if (Character.digit(line.charAt(i), 16) < 0) {
                return false;
            }
        }
        return true;
    }

    private static String[] wholeLines(byte[] bytes, int length) {
        int end = length;
        while (end > 0 && bytes[end - 1] != '\n') {
            end--;
        }
        return new String(bytes, 0, end, StandardCharsets.ISO_8859_1).split("\n");
    }

    /** Null where {@code text} is not a dotted quad. */
    private static @Nullable IpAddress ipv4(String text) {
        String[] parts = text.split("\\.", -1);
        int address = 0;
        for (String part : parts) {
            if (part.isEmpty() || part.length() > 3 || !part.chars().allMatch(c -> c >= '0' && c <= '9')) {
                return null;
            }
            address = address << 8 | Integer.parseInt(part);
        }
        return parts.length == 4 ? IpAddress.ofIpv4(address) : null;
    }
}
