package io.pidcap.coordinator.session;

import io.pidcap.coordinator.journal.FlowJournal;

/** What a running session consists of; all of it belongs to the session's thread. */
record SessionParts(
        SessionRecord record,
        FlowJournal journal,
        SessionLoop loop,
        EventSide events,
        CaptureSide capture,
        FilterFeed filter,
        SessionOutput output,
        SessionControl control,
        SessionResources resources) {
    /** What is known now. */
    SessionReport report() {
        return record.report(events, capture, filter.progress(), output, resources.refused());
    }
}
