package io.pidcap.coordinator.cli;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Sizes and durations as people write them. */
final class Units {
    private static final Pattern AMOUNT = Pattern.compile("([0-9]{1,12})(?:\\.([0-9]{1,3}))?\\s*([A-Za-z]*)");

    private Units() {}

    /** {@code 10s}, {@code 500ms}, {@code 2m}, {@code 1h}; a bare number is seconds. In milliseconds. */
    static final class Millis implements ITypeConverter<Long> {
        @Override
        public Long convert(String text) {
            long millis = parse(text, unit -> switch (unit) {
                case "ms" -> 1L;
                case "", "s" -> 1_000L;
                case "m", "min" -> 60_000L;
                case "h" -> 3_600_000L;
                default -> 0L;
            });
            if (millis < 1) {
                throw new TypeConversionException("'" + text + "' is not a duration such as 10s, 500ms, 2m or 1h");
            }
            return millis;
        }
    }

    /** {@code 64M}, {@code 512K}, {@code 1G}; a bare number is bytes. Powers of 1024. */
    static final class Bytes implements ITypeConverter<Long> {
        @Override
        public Long convert(String text) {
            long bytes = parse(text, unit -> switch (unit) {
                case "", "b" -> 1L;
                case "k", "kb", "kib" -> 1L << 10;
                case "m", "mb", "mib" -> 1L << 20;
                case "g", "gb", "gib" -> 1L << 30;
                default -> 0L;
            });
            if (bytes < 1) {
                throw new TypeConversionException("'" + text + "' is not a size such as 64M, 512K or 1G");
            }
            return bytes;
        }
    }

    /** tcpdump's {@code -C}: a bare number is millions of bytes; {@code 512K}, {@code 64M}, {@code 1G} as above. */
    static final class FileSize implements ITypeConverter<Long> {
        @Override
        public Long convert(String text) {
            boolean bare = text.matches("[0-9]{1,12}");
            return bare ? 1_000_000 * new Bytes().convert(text) : new Bytes().convert(text);
        }
    }

    private interface Scale {
        long of(String unit);
    }

    /** -1: not an amount, or of an unknown unit. */
    private static long parse(String text, Scale scale) {
        Matcher matcher = AMOUNT.matcher(text.trim());
        if (!matcher.matches()) {
            return -1;
        }
        long factor = scale.of(matcher.group(3).toLowerCase(Locale.ROOT));
        if (factor == 0) {
            return -1;
        }
        double fraction = matcher.group(2) == null ? 0 : Double.parseDouble("0." + matcher.group(2));
        try {
            return Math.addExact(
                    Math.multiplyExact(Long.parseLong(matcher.group(1)), factor), Math.round(fraction * factor));
        } catch (ArithmeticException e) {
            return -1;
        }
    }
}
