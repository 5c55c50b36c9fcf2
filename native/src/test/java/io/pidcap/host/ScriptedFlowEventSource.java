package io.pidcap.host;

import io.pidcap.protocol.model.FlowBatch;
import io.pidcap.protocol.model.FlowEvent;
import io.pidcap.protocol.model.IpAddress;
import io.pidcap.protocol.model.LocalAddress;
import io.pidcap.protocol.model.ObservedTime;
import io.pidcap.protocol.model.ProcessIdentity;
import io.pidcap.protocol.model.ProcessInfo;
import io.pidcap.protocol.model.SocketEntry;
import io.pidcap.protocol.model.SocketSnapshot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A source in which happens what a test says, from any thread, at the time of the saying. It keeps the contract: the
 * snapshot holds what was opened before, one thread only may drive it, and not out of order.
 */
public final class ScriptedFlowEventSource implements FlowEventSource {
    public static final long NETNS = 4026531840L;

    private final Object lock = new Object();

    // Guarded by lock.
    private final Map<ProcessIdentity, ProcessInfo> processes = new LinkedHashMap<>();
    private final Map<Long, SocketEntry> sockets = new LinkedHashMap<>();
    private List<ProcessInfo> newProcesses = new ArrayList<>();
    private List<FlowEvent> events = new ArrayList<>();
    private List<ProcessIdentity> exits = new ArrayList<>();
    private long lost;
    private @Nullable HostException failure;
    private @Nullable HostException attachFailure;
    private int closeCount;
    private long lastTimeoutMillis = -1;
    private int attachCount;

    // Owned by the thread that attached.
    private @Nullable Thread owner;
    private boolean snapshotTaken;

    private static ObservedTime now() {
        return new ObservedTime(System.nanoTime(), TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis()));
    }

    /** A process begins, or becomes another program. */
    public void starts(ProcessInfo info) {
        synchronized (lock) {
            processes.put(info.identity(), info);
            newProcesses.add(info);
            lock.notifyAll();
        }
    }

    public void opens(SocketEntry socket) {
        synchronized (lock) {
            sockets.put(socket.socketId(), socket);
            add(FlowEvent.Kind.OPENED, socket, socket.owners().get(0));
            socket.owners().stream().skip(1).forEach(other -> add(FlowEvent.Kind.OWNER_JOINED, socket, other));
        }
    }

    public void closes(long socketId) {
        synchronized (lock) {
            SocketEntry socket = sockets.remove(socketId);
            if (socket == null) {
                throw new IllegalArgumentException("socket " + socketId + " is not open");
            }
            int last = socket.owners().size() - 1;
            socket.owners().stream().limit(last).forEach(other -> add(FlowEvent.Kind.OWNER_LEFT, socket, other));
            add(FlowEvent.Kind.CLOSED, socket, socket.owners().get(last));
        }
    }

    /** A process ends; its sockets must have been closed. */
    public void exits(ProcessIdentity identity) {
        synchronized (lock) {
            processes.remove(identity);
            exits.add(identity);
            lock.notifyAll();
        }
    }

    /** The host drops events. */
    public void loses(long count) {
        synchronized (lock) {
            lost += count;
            lock.notifyAll();
        }
    }

    /** From now on, {@link #next} throws. */
    public void breaks(HostException e) {
        synchronized (lock) {
            failure = e;
            lock.notifyAll();
        }
    }

    /** {@link #attach} throws, or, with null, works again. */
    public void refusesToAttach(@Nullable HostException e) {
        synchronized (lock) {
            attachFailure = e;
        }
    }

    public int closeCount() {
        synchronized (lock) {
            return closeCount;
        }
    }

    /** With which the last {@link #next} was called; -1: it never was. */
    public long lastTimeoutMillis() {
        synchronized (lock) {
            return lastTimeoutMillis;
        }
    }

    public int attachCount() {
        synchronized (lock) {
            return attachCount;
        }
    }

    private void add(FlowEvent.Kind kind, SocketEntry socket, ProcessIdentity process) {
        events.add(new FlowEvent(
                kind, now(), socket.socketId(), socket.netnsId(), socket.tuple(), socket.state(), process));
        lock.notifyAll();
    }

    @Override
    public Kind kind() {
        return Kind.PROC;
    }

    @Override
    public String reason() {
        return "the test says so";
    }

    @Override
    public List<String> limits() {
        return List.of("it tells what the test makes up");
    }

    @Override
    public void attach() {
        synchronized (lock) {
            if (attachFailure != null) {
                throw attachFailure;
            }
            attachCount++;
        }
        owner = Thread.currentThread();
    }

    @Override
    public SocketSnapshot snapshot() {
        requireOwner(owner != null);
        snapshotTaken = true;
        synchronized (lock) {
            return new SocketSnapshot(
                    now(),
                    NETNS,
                    List.copyOf(processes.values()),
                    List.copyOf(sockets.values()),
                    List.of(new LocalAddress(NETNS, IpAddress.ofIpv4(0x7f000001))));
        }
    }

    @Override
    public FlowBatch next(long timeoutMillis) {
        requireOwner(snapshotTaken);
        synchronized (lock) {
            lastTimeoutMillis = timeoutMillis;
            awaitSomething(timeoutMillis);
            if (failure != null) {
                throw failure;
            }
            FlowBatch batch = new FlowBatch(newProcesses, events, exits, false, List.of(), lost, now());
            newProcesses = new ArrayList<>();
            events = new ArrayList<>();
            exits = new ArrayList<>();
            lost = 0;
            return batch;
        }
    }

    private void awaitSomething(long timeoutMillis) {
        long deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        long left = deadlineNanos - System.nanoTime();
        try {
            while (left > 0 && isQuiet()) {
                TimeUnit.NANOSECONDS.timedWait(lock, left);
                left = deadlineNanos - System.nanoTime();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isQuiet() {
        return newProcesses.isEmpty() && events.isEmpty() && exits.isEmpty() && lost == 0 && failure == null;
    }

    @Override
    public void close() {
        owner = null;
        snapshotTaken = false;
        synchronized (lock) {
            closeCount++;
        }
    }

    private void requireOwner(boolean inOrder) {
        if (!inOrder || !Thread.currentThread().equals(owner)) {
            throw new IllegalStateException(
                    "used out of order, or by " + Thread.currentThread() + " instead of " + owner);
        }
    }
}
