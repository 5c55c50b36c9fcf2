package io.pidcap.coordinator.output;

import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.function.Predicate;

/**
 * Names of the files of an output that is rotated, those of tcpdump: {@code file}, {@code file1}, {@code file2} where
 * they end by size, and {@code file00} to {@code file11} where twelve are a ring. Where they end by time, the file's name
 * (not its directory's) is one for strftime with the time at which it begins; by both, there are numbers behind that.
 *
 * <p>Unlike tcpdump's, a file that is there is never written again but in a ring: it is passed over for the next number.
 */
public final class RotationNames {
    private final Path target;
    private final Rotation rotation;
    private final ZoneId zone;
    private final Predicate<Path> taken;
    private final int leastDigits;
    private String name = "";
    private int number;

    /** @param taken true for a file that may not be used */
    public RotationNames(Path target, Rotation rotation, ZoneId zone, Predicate<Path> taken) {
        this.target = target;
        this.rotation = rotation;
        this.zone = zone;
        this.taken = taken;
        boolean padded = rotation.bytes() > 0 && rotation.files() > 1;
        this.leastDigits = padded ? Integer.toString(rotation.files() - 1).length() : 0;
    }

    /** Of the first file, even if it is taken. */
    Path first(Instant begin) {
        beginPeriod(begin);
        return path();
    }

    /** Of the first file of another period. */
    public Path ofPeriod(Instant begin) {
        beginPeriod(begin);
        return untaken();
    }

    /** Of a file that follows in the same period. */
    Path next() {
        step();
        return untaken();
    }

    private void beginPeriod(Instant begin) {
        String pattern = String.valueOf(target.getFileName());
        name = rotation.periodMillis() > 0 ? Strftime.format(pattern, begin.atZone(zone)) : pattern;
        number = 0;
    }

    /** In a ring of which all are taken, the one whose turn it is. */
    private Path untaken() {
        int tries = rotation.ring() ? rotation.files() : Integer.MAX_VALUE;
        for (int i = 0; i < tries && taken.test(path()); i++) {
            step();
        }
        return path();
    }

    private void step() {
        number = rotation.ring() ? (number + 1) % rotation.files() : number + 1;
    }

    private Path path() {
        boolean numbered = number > 0 || leastDigits > 0;
        return target.resolveSibling(numbered ? name + Strftime.digits(number, leastDigits) : name);
    }
}
