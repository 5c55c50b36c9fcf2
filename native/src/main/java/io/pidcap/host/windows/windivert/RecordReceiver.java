package io.pidcap.host.windows.windivert;

import com.sun.jna.Memory;
import io.pidcap.host.HostException;

/**
 * The thread that receives from one layer. It copies and does nothing else: the driver's queue drops what is not taken in
 * time, and tells nobody.
 */
final class RecordReceiver {
    private final WinDivertHandle handle;
    private final RecordQueue queue;
    private final Thread thread;

    private RecordReceiver(WinDivertHandle handle, RecordQueue queue, String name) {
        this.handle = handle;
        this.queue = queue;
        thread = new Thread(this::receiveAll, name);
        thread.setDaemon(true);
    }

    /** @param handle is owned from now on */
    static RecordReceiver start(WinDivertHandle handle, RecordQueue queue, String name) {
        RecordReceiver receiver = new RecordReceiver(handle, queue, name);
        receiver.thread.start();
        return receiver;
    }

    private void receiveAll() {
        try (Memory address = new Memory(WinDivertAddressLayout.BYTES)) {
            while (handle.receive(address)) {
                queue.add(address.getByteArray(0, WinDivertAddressLayout.BYTES));
            }
        } catch (HostException e) {
            queue.fail(e);
        }
    }

    /** Returns when the thread has ended; what the driver still had is in the queue. */
    void close() {
        handle.shutdown();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        handle.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
