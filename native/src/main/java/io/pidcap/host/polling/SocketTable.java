package io.pidcap.host.polling;

import io.pidcap.host.HostException;

/** A system's tables of sockets and processes. One thread at a time. */
public interface SocketTable extends AutoCloseable {
    /** @throws HostException saying which table cannot be read */
    void requireReadable();

    /**
     * Looks once.
     *
     * @param everything read all of every process, whether it seems to have changed or not
     * @throws HostException where the tables cannot be read at all
     */
    Look look(boolean everything);

    /** Gives back what was kept from one look to the next. Idempotent. */
    @Override
    void close();
}
