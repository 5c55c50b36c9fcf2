// The stand-ins' performance counter.
#ifndef PIDCAP_TICKS_H
#define PIDCAP_TICKS_H

#include <stdint.h>
#include <time.h>

#define TICKS_PER_SECOND 10000000LL
// Of Windows' counter and Java's clock only the rates are the same for sure.
#define TICKS_AHEAD 987654321LL

static inline int64_t clock_nanos(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static inline int64_t ticks_now(void) {
    return clock_nanos(CLOCK_MONOTONIC) / (1000000000LL / TICKS_PER_SECOND) + TICKS_AHEAD;
}

#endif
