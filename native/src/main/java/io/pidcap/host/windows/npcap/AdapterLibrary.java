package io.pidcap.host.windows.npcap;

import com.sun.jna.Library;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import org.jspecify.annotations.Nullable;

/** The function of iphlpapi.dll that jna-platform lacks. */
interface AdapterLibrary extends Library {
    int AF_UNSPEC = 0;
    int GAA_FLAG_SKIP_ANYCAST = 2;
    int GAA_FLAG_SKIP_MULTICAST = 4;
    int GAA_FLAG_SKIP_DNS_SERVER = 8;
    int ERROR_BUFFER_OVERFLOW = 111;
    int ERROR_NO_DATA = 232;

    // ULONG GetAdaptersAddresses(ULONG Family, ULONG Flags, PVOID Reserved, PIP_ADAPTER_ADDRESSES AdapterAddresses,
    //     PULONG SizePointer)
    int GetAdaptersAddresses(
            int Family, int Flags, @Nullable Pointer Reserved, Pointer AdapterAddresses, IntByReference SizePointer);
}
