package io.pidcap.protocol.wire;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The peers of one socket that were refused or closed, counted by cause. Why is logged for each of the first and then ever
 * more rarely, so that who connects again and again does not fill the disk. May be used from any thread.
 */
public final class Refusals {
    private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);
    private static final long ALL_LOGGED = 16;

    /** Why a peer had to go. */
    public enum Cause {
        /** It said no Hello in time. */
        NO_HELLO,
        /** It sent what is no message, or none that was due. */
        PROTOCOL,
        VERSION,
        SECRET,
        NOT_ALLOWED,
        /** Others came, and there was no place for all. */
        TOO_MANY,
        /** It asked faster than it read the answers. */
        OVERRUN
    }

    private final String where;
    private final Map<Cause, Long> counts = new EnumMap<>(Cause.class);

    /** @param where they came to, for the log */
    public Refusals(String where) {
        this.where = where;
    }

    /** @param why text that holds nothing unchecked of the peer's */
    public synchronized void add(Cause cause, String why) {
        long count = counts.merge(cause, 1L, Long::sum);
        if (count <= ALL_LOGGED || Long.bitCount(count) == 1) {
            LOG.warn("{}: a peer was refused ({}, {} so far): {}", where, word(cause), count, why);
        }
    }

    /** How many, by the cause in small letters; a cause that did not occur is not there. */
    public synchronized Map<String, Long> counts() {
        Map<String, Long> byWord = new TreeMap<>();
        counts.forEach((cause, count) -> byWord.put(word(cause), count));
        return byWord;
    }

    private static String word(Cause cause) {
        return cause.name().toLowerCase(Locale.ROOT);
    }
}
