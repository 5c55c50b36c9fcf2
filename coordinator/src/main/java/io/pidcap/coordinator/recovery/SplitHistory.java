package io.pidcap.coordinator.recovery;

import io.pidcap.coordinator.output.LeftShare;
import io.pidcap.coordinator.output.SplitShare;
import io.pidcap.protocol.file.FileTotals;
import io.pidcap.protocol.v1.OutputFileBegun;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a journal tells of the files of an output that has one for each process name. One thread. */
final class SplitHistory {
    private final List<OutputFileBegun> begun = new ArrayList<>();

    /** Files that were lost and that an earlier recovery has begun anew, by their paths. */
    private final Map<String, OutputFileBegun> anew = new HashMap<>();

    void begun(OutputFileBegun body) {
        if (begun.stream().anyMatch(one -> one.getPath().equals(body.getPath()))) {
            anew.put(body.getPath(), body);
        } else {
            begun.add(body);
        }
    }

    /**
     * The files, in the order in which they were begun.
     *
     * @param totals of the checkpoint from which it goes on
     */
    List<LeftShare> left(FileTotals totals) {
        List<LeftShare> left = new ArrayList<>();
        for (int i = 0; i < begun.size(); i++) {
            OutputFileBegun first = begun.get(i);
            OutputFileBegun again = anew.get(first.getPath());
            left.add(again == null ? share(first, totals.of(i)) : share(again, FileTotals.One.NOTHING));
        }
        return left;
    }

    private static LeftShare share(OutputFileBegun file, FileTotals.One held) {
        return new LeftShare(SplitShare.of(file), Path.of(file.getPath()), file.getInode(), held);
    }

    /** Packets that are in none of them, because files were lost. */
    long lostPackets(List<LeftShare> left, FileTotals totals) {
        long lost = 0;
        for (int i = 0; i < left.size(); i++) {
            boolean isAnew = anew.containsKey(left.get(i).target().toString());
            lost += isAnew || left.get(i).isLost() ? totals.of(i).packets() : 0;
        }
        return lost;
    }
}
