package io.pidcap.coordinator.worker;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/**
 * What a coordinator and its {@link WorkerStarter} say to each other: each a kind, the child's number, and what belongs to
 * the kind. The coordinator counts its children. Both sides are of one build.
 */
final class StarterWire {
    /** Much more than a secret has. */
    static final int MAX_INPUT_BYTES = 4096;

    static final int MAX_OUTPUT_BYTES = 8192;

    /** Of the coordinator. */
    enum Request {
        START,
        INPUT,
        KILL
    }

    /** Of the starter. */
    enum Answer {
        STARTED,
        REFUSED,
        OUTPUT,
        EXITED
    }

    /**
     * All that the coordinator may choose.
     *
     * @param socket on which the worker finds the coordinator
     */
    record Start(WorkerRole role, int run, WorkerNeeds needs, String socket) {
        void write(DataOutputStream out) throws IOException {
            out.writeUTF(role.name());
            out.writeInt(run);
            out.writeBoolean(needs.capture());
            out.writeBoolean(needs.prefilter());
            out.writeBoolean(needs.exact());
            out.writeUTF(socket);
        }

        static Start read(DataInputStream in) throws IOException {
            WorkerRole role = one(WorkerRole.values(), in);
            int run = in.readInt();
            WorkerNeeds needs = new WorkerNeeds(in.readBoolean(), in.readBoolean(), in.readBoolean());
            return new Start(role, run, needs, in.readUTF());
        }
    }

    private StarterWire() {}

    /** @throws IOException it is none of them, or the end */
    static <T extends Enum<T>> T one(T[] values, DataInputStream in) throws IOException {
        String name = in.readUTF();
        for (T value : values) {
            if (value.name().equals(name)) {
                return value;
            }
        }
        throw new IOException("a message of unknown kind " + name);
    }

    static byte[] bytes(int most, DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > most) {
            throw new IOException("a message with " + length + " bytes, at most " + most);
        }
        return in.readNBytes(length);
    }
}
