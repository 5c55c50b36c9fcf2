package io.pidcap.coordinator.output;

import java.time.ZonedDateTime;

/** The conversions of strftime(3) that make sense in the name of a file: {@code %Y %y %m %d %j %H %M %S %s %z %F %T %%}. */
public final class Strftime {
    private Strftime() {}

    /** Whether a file of another time would have another name. */
    public static boolean hasTime(String pattern) {
        return pattern.replace("%%", "").contains("%");
    }

    /** @throws IllegalArgumentException a conversion is none of these; the message names it */
    public static String format(String pattern, ZonedDateTime time) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < pattern.length(); i++) {
            char character = pattern.charAt(i);
            if (character != '%') {
                text.append(character);
            } else {
                i++;
                text.append(conversion(i < pattern.length() ? pattern.substring(i, i + 1) : "", time));
            }
        }
        return text.toString();
    }

    private static String conversion(String letter, ZonedDateTime time) {
        return switch (letter) {
            case "Y" -> digits(time.getYear(), 4);
            case "y" -> digits(time.getYear() % 100, 2);
            case "m" -> digits(time.getMonthValue(), 2);
            case "d" -> digits(time.getDayOfMonth(), 2);
            case "j" -> digits(time.getDayOfYear(), 3);
            case "H" -> digits(time.getHour(), 2);
            case "M" -> digits(time.getMinute(), 2);
            case "S" -> digits(time.getSecond(), 2);
            case "s" -> Long.toString(time.toEpochSecond());
            case "z" -> zone(time.getOffset().getTotalSeconds());
            case "F" -> format("%Y-%m-%d", time);
            case "T" -> format("%H:%M:%S", time);
            case "%" -> "%";
            default ->
                throw new IllegalArgumentException("%" + letter + " is none of %Y %y %m %d %j %H %M %S %s %z %F %T %%");
        };
    }

    private static String zone(int seconds) {
        int minutes = Math.abs(seconds) / 60;
        return (seconds < 0 ? "-" : "+") + digits(minutes / 60, 2) + digits(minutes % 60, 2);
    }

    /** With zeros in front, if it has fewer. */
    static String digits(int number, int least) {
        String digits = Integer.toString(number);
        return "0".repeat(Math.max(0, least - digits.length())) + digits;
    }
}
