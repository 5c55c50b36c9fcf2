"""What the prefilter is for, and what it must not lose: bystanders that talk all the time, and long known ones that hand over.

A long known one was there before the capture, so that its packets are dropped in the kernel when something happens to it.
"""

import os
import random
import signal
import time

from accuracy_base import FOREVER, HERE, PYTHON, SIDES

# What is captured just before a socket gets another owner counts as the other one's; an acknowledgement comes 40 ms late.
LEAD_SECONDS = 0.1

# This run's own, and no port that the kernel chooses. Where a user is wanted, nothing is dropped of a port number that a
# process of root has in whatever namespace, as another run of the suite on this host would.
BULK_PORT = random.randrange(10000, 30000)

STOPPED_SECONDS = 0.2


def nothing(c):
    pass


def of_nobody_prepare(c, **how):
    c.agent("by", "sink", **how).do("serve_tcp", c.v4(2), BULK_PORT)
    c.agent("by", "sink", **how).do("discard_udp", c.v4(2), BULK_PORT)
    c.agent("by", "source", **how)


def of_nobody(c):
    """Goes on while all classes after this one have their turn."""
    c.agent("by", "source").do("begin_bulk", c.v4(2, 2), c.v4(2), BULK_PORT)
    c.stage.at_end.append(lambda: c.agent("by", "source").do("end_bulk"))


def bulk(**how):
    return ("bulk of bystanders", lambda c: of_nobody_prepare(c, **how), of_nobody)


def given_away_prepare(c):
    """A server of a bystander, and clients that talk with it."""
    c.agent("by", "giver").do("accept_and_keep", c.v4(3), 7301)
    for i in range(5):
        c.agent("by", f"client{i}").do("connect", "tcp", c.v4(3, 9), c.v4(3), 7301)
        c.agent("by", f"client{i}").do("talk", 50)


def owned_since(c, client, at):
    own = client.do("own_port")
    c.owned("tcp", c.v4(3, 9), own, 0, at, False)
    c.owned("tcp", c.v4(3, 9), own, at, FOREVER, True)


def given_away(c):
    """The server gives its connections, one by one, to a target, whose first call on each comes late."""
    c.agent("acc", "taker").do("take_sockets", c.path("taker"))
    for i in range(5):
        client = c.agent("by", f"client{i}")
        client.do("talk", 50)
        time.sleep(LEAD_SECONDS)
        c.agent("by", "giver").do("give_away", i, c.path("taker"))
        owned_since(c, client, c.agent("acc", "taker").do("taken"))
        client.do("talk", 5)


def given_while_stopped(c):
    """The target does not run when it is given the connections: what comes until it takes one is not its own yet."""
    taker = c.agent("acc", "taker")
    taker.do("take_sockets", c.path("taker"))
    for i in range(5):
        client = c.agent("by", f"client{i}")
        client.do("talk", 50)
        taker.process.send_signal(signal.SIGSTOP)
        c.agent("by", "giver").do("give_away", i, c.path("taker"))
        client.do("send_only", 5)
        time.sleep(STOPPED_SECONDS)
        taker.process.send_signal(signal.SIGCONT)
        owned_since(c, client, taker.do("taken"))
        client.do("talk", 5)


def inherited_prepare(c):
    program = os.path.join(c.stage.directory, f"acc-{c.number}-heir")
    os.symlink(PYTHON, program)
    c.agent("by", "parent").do("receive_udp", c.v4(3), 7302)
    c.agent("by", "sender").do("connect", "udp-unconnected", c.v4(3, 9), c.v4(3), 7302)
    c.agent("by", "sender").do("send_only", 50)


def inherited(c):
    """A bystander has a target's program executed by a child, which inherits the socket that the bystander is sent to."""
    program = os.path.join(c.stage.directory, f"acc-{c.number}-heir")
    c.agent("by", "sender").do("send_only", 50)
    time.sleep(LEAD_SECONDS)
    at = c.agent("by", "parent").do("execute_with_socket", program, os.path.join(HERE, "accuracy_agent.py"))
    c.owned("udp", c.v4(3), 7302, 0, at, False)
    c.owned("udp", c.v4(3), 7302, at, FOREVER, True)
    c.agent("by", "sender").do("talk", 5)


def renamed_prepare(c):
    for side, group in SIDES:
        c.agent("by", f"becomes-{side}").do("serve_udp", c.v4(group), 7303)
    c.agent("by", "client").do("connect", "udp-unconnected", c.v4(3), c.v4(1), 7303)
    c.agent("by", "client").do("connect", "udp-unconnected", c.v4(3), c.v4(2), 7303)
    c.agent("by", "client").do("talk", 50)


def renamed(c):
    """A bystander becomes a target by the name that it gives itself: from then on, and not before."""
    c.agent("by", "client").do("talk", 5)
    for side, group in SIDES:
        at = c.agent("by", f"becomes-{side}").do("call_itself", f"{side}-renamed")
        c.owned("udp", c.v4(group), 7303, 0, at, False)
        c.owned("udp", c.v4(group), 7303, at, FOREVER, side == "acc")
    c.agent("by", "client").do("talk", 5)


LONG_KNOWN = [
    ("long known server gives its connections to a target", given_away_prepare, given_away),
    ("long known server gives its connections to a stopped target", given_away_prepare, given_while_stopped),
    ("long known process's child executes a target", inherited_prepare, inherited),
    ("long known process gets a target's name", renamed_prepare, renamed),
]
