package io.pidcap.it.accuracy;

import io.pidcap.it.accuracy.Truth.Judgement;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Compares what one source selected with what was on the wire, packet by packet, for each class. */
final class Scores {
    private final Map<Integer, Tally> tallies = new HashMap<>();

    /**
     * Of one class.
     *
     * @param wanted packets of the targets on the wire
     * @param kept packets in the output
     * @param right those of the output that are the targets' and were on the wire; a copy too many is not
     */
    record Tally(int wanted, int kept, int right) {
        static final Tally NONE = new Tally(0, 0, 0);

        boolean isPerfect() {
            return right == wanted && right == kept;
        }

        String recall() {
            return percent(right, wanted);
        }

        String precision() {
            return percent(right, kept);
        }

        private static String percent(int part, int whole) {
            if (whole == 0) {
                return "-";
            }
            // Rounded down: only all of them are 100 %.
            return BigDecimal.valueOf(part * 100L)
                    .divide(BigDecimal.valueOf(whole), 2, RoundingMode.DOWN)
                    .toPlainString();
        }
    }

    Scores(Truth truth, List<WirePacket> wire, List<WirePacket> output) {
        Map<String, Integer> missing = new HashMap<>();
        for (WirePacket packet : wire) {
            Judgement judgement = truth.judge(packet);
            if (judgement.target()) {
                missing.merge(packet.digest(), 1, Integer::sum);
                add(judgement.trafficClass(), 1, 0, 0);
            }
        }
        for (WirePacket packet : output) {
            Judgement judgement = truth.judge(packet);
            int copies = missing.getOrDefault(packet.digest(), 0);
            boolean right = judgement.target() && copies > 0;
            if (right) {
                missing.put(packet.digest(), copies - 1);
            }
            add(judgement.trafficClass(), 0, 1, right ? 1 : 0);
        }
    }

    private void add(int trafficClass, int wanted, int kept, int right) {
        Tally old = of(trafficClass);
        tallies.put(trafficClass, new Tally(old.wanted + wanted, old.kept + kept, old.right + right));
    }

    Tally of(int trafficClass) {
        return tallies.getOrDefault(trafficClass, Tally.NONE);
    }
}
