// What the stand-ins share of a HANDLE: every one of theirs begins with it.
#ifndef PIDCAP_HANDLES_H
#define PIDCAP_HANDLES_H

// Of a file; of an event a descriptor that can be read while the event is set.
struct handle_head {
    int fd;
};

#endif
