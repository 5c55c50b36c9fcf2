package io.pidcap.host.windows.npcap;

import com.sun.jna.Pointer;
import io.pidcap.protocol.model.InterfaceInfo;
import io.pidcap.protocol.model.IpAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** IP_ADAPTER_ADDRESSES_LH and IP_ADAPTER_UNICAST_ADDRESS_LH (iptypes.h) for 64 bits: memory to records. */
final class AdapterLayout {
    private static final int NEXT = 8;
    private static final int ADAPTER_NAME = 16;
    private static final int FIRST_UNICAST_ADDRESS = 24;
    private static final int FRIENDLY_NAME = 72;
    private static final int IF_TYPE = 100;
    private static final int OPER_STATUS = 104;

    private static final int ADDRESS_SOCKADDR = 16;
    private static final int ADDRESS_ON_LINK_PREFIX_LENGTH = 56;

    private static final int IF_TYPE_SOFTWARE_LOOPBACK = 24;
    private static final int IF_OPER_STATUS_UP = 1;

    private static final int AF_INET = 2;
    private static final int AF_INET6 = 23;
    private static final int SIN_ADDR = 4;
    private static final int SIN6_ADDR = 8;

    /** Far more than Windows can have; where a list has no end, we do. */
    private static final int MOST = 4096;

    /** Of a name in bytes (MAX_ADAPTER_NAME, IF_MAX_STRING_SIZE). */
    private static final int MOST_NAME_BYTES = 2 * 257;

    private AdapterLayout() {}

    static List<Adapter> parse(Pointer first) {
        List<Adapter> adapters = new ArrayList<>();
        Pointer adapter = first;
        while (adapter != null && adapters.size() < MOST) {
            adapters.add(new Adapter(
                    name(adapter.getPointer(ADAPTER_NAME)),
                    wide(adapter.getPointer(FRIENDLY_NAME)),
                    adapter.getInt(OPER_STATUS) == IF_OPER_STATUS_UP,
                    adapter.getInt(IF_TYPE) == IF_TYPE_SOFTWARE_LOOPBACK,
                    addresses(adapter.getPointer(FIRST_UNICAST_ADDRESS))));
            adapter = adapter.getPointer(NEXT);
        }
        return adapters;
    }

    private static List<InterfaceInfo.Address> addresses(@Nullable Pointer first) {
        List<InterfaceInfo.Address> addresses = new ArrayList<>();
        Pointer unicast = first;
        for (int i = 0; unicast != null && i < MOST; i++) {
            byte[] bytes = addressOf(unicast.getPointer(ADDRESS_SOCKADDR));
            if (bytes.length > 0) {
                int prefixLength = Byte.toUnsignedInt(unicast.getByte(ADDRESS_ON_LINK_PREFIX_LENGTH));
                boolean known = prefixLength <= 8 * bytes.length;
                addresses.add(new InterfaceInfo.Address(IpAddress.ofBytes(bytes), known ? prefixLength : -1));
            }
            unicast = unicast.getPointer(NEXT);
        }
        return addresses;
    }

    /** Empty: of neither family. */
    private static byte[] addressOf(@Nullable Pointer sockaddr) {
        int family = sockaddr == null ? 0 : sockaddr.getShort(0);
        if (sockaddr != null && family == AF_INET) {
            return sockaddr.getByteArray(SIN_ADDR, 4);
        }
        return sockaddr != null && family == AF_INET6 ? sockaddr.getByteArray(SIN6_ADDR, 16) : new byte[0];
    }

    private static String name(@Nullable Pointer text) {
        return text == null ? "" : text.getString(0, StandardCharsets.US_ASCII.name());
    }

    private static String wide(@Nullable Pointer text) {
        int length = 0;
        while (text != null && length < MOST_NAME_BYTES && text.getShort(length) != 0) {
            length += 2;
        }
        return text == null ? "" : new String(text.getByteArray(0, length), StandardCharsets.UTF_16LE);
    }
}
