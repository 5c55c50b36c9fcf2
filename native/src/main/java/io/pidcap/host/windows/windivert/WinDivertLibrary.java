package io.pidcap.host.windows.windivert;

import com.sun.jna.Library;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.LongByReference;
import org.jspecify.annotations.Nullable;

/**
 * The functions of WinDivert.dll (windivert.h, version 2.2) that listening needs. A BOOL is an int; on failure it is 0, or the
 * handle {@code INVALID_HANDLE_VALUE}, and {@code Native.getLastError} says why.
 */
interface WinDivertLibrary extends Library {
    int WINDIVERT_LAYER_FLOW = 2;
    int WINDIVERT_LAYER_SOCKET = 3;
    long WINDIVERT_FLAG_SNIFF = 1;
    long WINDIVERT_FLAG_RECV_ONLY = 4;
    int WINDIVERT_SHUTDOWN_RECV = 1;
    int WINDIVERT_PARAM_QUEUE_LENGTH = 0;
    int WINDIVERT_PARAM_QUEUE_TIME = 1;
    int WINDIVERT_PARAM_QUEUE_SIZE = 2;
    int WINDIVERT_PARAM_VERSION_MAJOR = 3;
    int WINDIVERT_PARAM_VERSION_MINOR = 4;
    long WINDIVERT_PARAM_QUEUE_LENGTH_MAX = 16_384;
    long WINDIVERT_PARAM_QUEUE_TIME_MAX = 16_000;
    long WINDIVERT_PARAM_QUEUE_SIZE_MAX = 33_554_432;

    // HANDLE WinDivertOpen(const char *filter, WINDIVERT_LAYER layer, INT16 priority, UINT64 flags)
    @Nullable
    Pointer WinDivertOpen(String filter, int layer, short priority, long flags);

    // BOOL WinDivertRecv(HANDLE handle, VOID *pPacket, UINT packetLen, UINT *pRecvLen, WINDIVERT_ADDRESS *pAddr)
    int WinDivertRecv(
            Pointer handle, @Nullable Pointer pPacket, int packetLen, @Nullable Pointer pRecvLen, Pointer pAddr);

    // BOOL WinDivertShutdown(HANDLE handle, WINDIVERT_SHUTDOWN how)
    int WinDivertShutdown(Pointer handle, int how);

    // BOOL WinDivertClose(HANDLE handle)
    int WinDivertClose(Pointer handle);

    // BOOL WinDivertSetParam(HANDLE handle, WINDIVERT_PARAM param, UINT64 value)
    int WinDivertSetParam(Pointer handle, int param, long value);

    // BOOL WinDivertGetParam(HANDLE handle, WINDIVERT_PARAM param, UINT64 *pValue)
    int WinDivertGetParam(Pointer handle, int param, LongByReference pValue);
}
