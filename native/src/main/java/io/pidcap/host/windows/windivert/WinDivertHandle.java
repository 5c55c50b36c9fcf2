package io.pidcap.host.windows.windivert;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.LongByReference;
import io.pidcap.host.HostException;
import io.pidcap.host.windows.win32.Win32;

/**
 * One layer, listened to: it changes nothing of what happens on the host. Opened and closed by one thread; {@link #receive}
 * may be called by another, and {@link #shutdown} by any while that waits.
 */
final class WinDivertHandle {
    private static final int ERROR_NO_DATA = 232;
    private static final String EVERYTHING = "true";
    /** Without SNIFF each socket call of the host would wait for us. */
    private static final long FLAGS = WinDivertLibrary.WINDIVERT_FLAG_SNIFF | WinDivertLibrary.WINDIVERT_FLAG_RECV_ONLY;

    private final WinDivertLibrary library;
    private final Pointer handle;
    private final String layer;

    private WinDivertHandle(WinDivertLibrary library, Pointer handle, String layer) {
        this.library = library;
        this.handle = handle;
        this.layer = layer;
    }

    static WinDivertHandle openSocketLayer(WinDivertLibrary library) {
        return open(library, WinDivertLibrary.WINDIVERT_LAYER_SOCKET, "SOCKET");
    }

    static WinDivertHandle openFlowLayer(WinDivertLibrary library) {
        return open(library, WinDivertLibrary.WINDIVERT_LAYER_FLOW, "FLOW");
    }

    /** @throws HostException explaining why not */
    private static WinDivertHandle open(WinDivertLibrary library, int layer, String name) {
        Pointer handle = library.WinDivertOpen(EVERYTHING, layer, (short) 0, FLAGS);
        int error = Native.getLastError();
        if (handle == null || Win32.isNoHandle(handle)) {
            throw WinDivert.openFailure(name, error);
        }
        WinDivertHandle opened = new WinDivertHandle(library, handle, name);
        try {
            opened.enlargeQueue();
        } catch (HostException e) {
            opened.close();
            throw e;
        }
        return opened;
    }

    /** Right behind the open: a queue that is full drops without a word what it has had longest. */
    private void enlargeQueue() {
        set(WinDivertLibrary.WINDIVERT_PARAM_QUEUE_LENGTH, WinDivertLibrary.WINDIVERT_PARAM_QUEUE_LENGTH_MAX);
        set(WinDivertLibrary.WINDIVERT_PARAM_QUEUE_TIME, WinDivertLibrary.WINDIVERT_PARAM_QUEUE_TIME_MAX);
        set(WinDivertLibrary.WINDIVERT_PARAM_QUEUE_SIZE, WinDivertLibrary.WINDIVERT_PARAM_QUEUE_SIZE_MAX);
    }

    private void set(int parameter, long value) {
        if (library.WinDivertSetParam(handle, parameter, value) == 0) {
            int error = Native.getLastError();
            throw Win32.failure(
                    "set parameter " + parameter + " of WinDivert's " + layer + " layer to " + value,
                    error,
                    "install WinDivert 2.2");
        }
    }

    /**
     * Waits for an event and copies it.
     *
     * @param address {@link WinDivertAddressLayout#BYTES} long
     * @return false: it was shut down, and nothing is left
     * @throws HostException where the driver breaks
     */
    boolean receive(Pointer address) {
        if (library.WinDivertRecv(handle, null, 0, null, address) != 0) {
            return true;
        }
        int error = Native.getLastError();
        if (error == ERROR_NO_DATA) {
            return false;
        }
        throw Win32.failure("receive from WinDivert's " + layer + " layer", error, "");
    }

    /** Its major and minor version. */
    String version() {
        LongByReference major = new LongByReference();
        LongByReference minor = new LongByReference();
        boolean told = library.WinDivertGetParam(handle, WinDivertLibrary.WINDIVERT_PARAM_VERSION_MAJOR, major) != 0
                && library.WinDivertGetParam(handle, WinDivertLibrary.WINDIVERT_PARAM_VERSION_MINOR, minor) != 0;
        return told ? major.getValue() + "." + minor.getValue() : "of a version that it does not tell";
    }

    /** Nothing more comes in; what has come can still be received. */
    void shutdown() {
        library.WinDivertShutdown(handle, WinDivertLibrary.WINDIVERT_SHUTDOWN_RECV);
    }

    /** Only when nobody receives any more. */
    void close() {
        library.WinDivertClose(handle);
    }
}
