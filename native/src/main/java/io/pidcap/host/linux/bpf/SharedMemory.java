package io.pidcap.host.linux.bpf;

import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import com.sun.jna.platform.unix.LibCAPI.size_t;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Memory of a descriptor that the kernel writes at the same time. After {@link #close} no buffer of it may be touched:
 * the process would die of it; whoever holds one sees to that.
 */
final class SharedMemory implements AutoCloseable {
    private static final VarHandle LONGS = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private static final VarHandle INTS = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());

    private final Pointer address;
    private final size_t length;
    private final ByteBuffer bytes;
    private boolean closed;

    private SharedMemory(Pointer address, long length) {
        this.address = address;
        this.length = new size_t(length);
        bytes = address.getByteBuffer(0, length).order(ByteOrder.nativeOrder());
    }

    static SharedMemory map(int descriptor, long offset, long length, boolean writable, String what) {
        int protection = LibcLibrary.PROT_READ | (writable ? LibcLibrary.PROT_WRITE : 0);
        return map(descriptor, offset, length, protection, LibcLibrary.MAP_SHARED, what);
    }

    /** Of no descriptor, full of zeros, written by nobody else. */
    static SharedMemory unshared(long length, String what) {
        return map(
                -1,
                0,
                length,
                LibcLibrary.PROT_READ | LibcLibrary.PROT_WRITE,
                LibcLibrary.MAP_PRIVATE | LibcLibrary.MAP_ANONYMOUS,
                what);
    }

    private static SharedMemory map(int descriptor, long offset, long length, int protection, int flags, String what) {
        Pointer address = LibcLibrary.INSTANCE.mmap(
                null, new size_t(length), protection, flags, descriptor, new NativeLong(offset));
        if (Pointer.nativeValue(address) == -1) {
            throw NativeCalls.failure("map " + what + " into memory", Native.getLastError());
        }
        return new SharedMemory(address, length);
    }

    static int pageSize() {
        return LibcLibrary.INSTANCE.getpagesize();
    }

    /** All of it, in the host's byte order. */
    ByteBuffer bytes() {
        return bytes;
    }

    long getAcquire(int offset) {
        return (long) LONGS.getAcquire(bytes, offset);
    }

    void setRelease(int offset, long value) {
        LONGS.setRelease(bytes, offset, value);
    }

    int getIntAcquire(int offset) {
        return (int) INTS.getAcquire(bytes, offset);
    }

    boolean isClosed() {
        return closed;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            LibcLibrary.INSTANCE.munmap(address, length);
        }
    }
}
