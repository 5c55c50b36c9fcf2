package io.pidcap.coordinator.offline;

import io.pidcap.coordinator.attribution.ProcessSelector;
import java.nio.file.Path;

/**
 * Which packets of which capture go where.
 *
 * @param capture pcap or pcapng
 * @param journal of the session that ran at the same time on the same host
 * @param output absolute; its suffix tells the format
 * @param force replaces {@code output} if it is there
 * @param ownerUserId to whom the output is given, with {@code ownerGroupId}; -1: to nobody else
 */
public record FilterRequest(
        ProcessSelector selector,
        Path capture,
        Path journal,
        Path output,
        boolean force,
        int ownerUserId,
        int ownerGroupId) {}
