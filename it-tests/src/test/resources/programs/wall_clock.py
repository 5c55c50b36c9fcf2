#!/usr/bin/env python3
"""Sets the wall clock for a while, and right again whatever happens to those that asked for it.

    wall_clock.py

Reads lines from standard input, each how many seconds the wall clock shall be ahead of the right time, and answers each
with "set". The right time is what the wall clock showed at the start, carried on by CLOCK_MONOTONIC. It is set again at
the end of standard input, and after some seconds in any case.
"""

import select
import signal
import sys
import time

LONGEST_SECONDS = 20


def wall_less_monotonic():
    """By the closest of some readings."""
    readings = []
    for _ in range(20):
        before = time.monotonic_ns()
        wall = time.time_ns()
        after = time.monotonic_ns()
        readings.append((after - before, wall - (before + after) // 2))
    return min(readings)[1]


def main():
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGPIPE):
        signal.signal(number, signal.SIG_IGN)
    right = wall_less_monotonic()
    try:
        deadline = time.monotonic() + LONGEST_SECONDS
        while select.select([sys.stdin], [], [], max(0, deadline - time.monotonic()))[0]:
            line = sys.stdin.readline()
            if not line:
                break
            time.clock_settime_ns(time.CLOCK_REALTIME, time.monotonic_ns() + right + round(float(line) * 1e9))
            print("set", flush=True)
    finally:
        time.clock_settime_ns(time.CLOCK_REALTIME, time.monotonic_ns() + right)


if __name__ == "__main__":
    main()
