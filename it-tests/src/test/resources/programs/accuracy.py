#!/usr/bin/env python3
"""Conducts the traffic of the accuracy suite, in a network namespace of its own (run it by unshare --net).

    accuracy.py SCENE DIRECTORY JAVA CLASSPATH

Prints "prepared", with everything there that is to be older than the capture; at the line "go" makes the traffic and
prints "done"; at the line "end" or the end of standard input ends all processes. Then DIRECTORY has wire-INTERFACE.pcap
of each interface, everything that tcpdump saw, and truth.json, whose it is.

A scene is what one session captures: it has its own way to select, and its classes of traffic.

Every class of traffic has a number K. Its processes have addresses of their own: 127.K.G.N on lo, 10.K.G.N on other
interfaces, fdac::K:G:N, where G is 1 for targets (named acc-* in most classes), 2 for bystanders (by-*) that do the
same, 3 for others. A packet is a target's if one of its addresses is of group 1, or if a rule in truth.json says so: who
had which endpoint, when.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections import namedtuple

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import accuracy_bulk  # noqa: E402
import accuracy_classes  # noqa: E402
import accuracy_selection  # noqa: E402
import accuracy_ways  # noqa: E402
from accuracy_base import Agent, TrafficClass  # noqa: E402

DIES_WITH_US = ["setpriv", "--pdeathsig", "KILL"]

Scene = namedtuple("Scene", "interfaces classes")

SCENES = {
    "names": Scene(
        ["lo", "acc0", accuracy_ways.TUN, *(name + "0" for name, _ in accuracy_ways.TAGGED)],
        [
            accuracy_bulk.bulk(),
            *accuracy_classes.CLASSES,
            *accuracy_ways.CLASSES,
            *accuracy_selection.BY_NAME_OR_EXECUTABLE,
            *accuracy_bulk.LONG_KNOWN,
        ],
    ),
    "user": Scene(
        ["lo"],
        [
            # Root may become any user, so what is root's is never dropped here.
            accuracy_bulk.bulk(become=accuracy_selection.of_user(accuracy_selection.OTHER_USER)),
            *accuracy_selection.BY_USER,
        ],
    ),
    "children": Scene(["any"], [accuracy_bulk.bulk(), *accuracy_selection.BY_PARENT]),
}


class Stage:
    def __init__(self, scene, directory, java, classpath):
        self.directory, self.java, self.classpath = directory, java, classpath
        # Programs of other users live here, too.
        os.chmod(directory, 0o755)
        self.interfaces = SCENES[scene].interfaces
        self.agents = []
        self.captures = []
        # Called when the last class had its turn.
        self.at_end = []
        self.there = subprocess.Popen([*DIES_WITH_US, "unshare", "--net", "sleep", "infinity"], stdin=subprocess.DEVNULL)
        first = 1
        for name, each in SCENES.items():
            if name == scene:
                numbered = [(first + i, entry) for i, entry in enumerate(each.classes)]
            first += len(each.classes)
        self.classes = [TrafficClass(self, number, *entry) for number, entry in numbered]
        self.short_lived = os.path.join(directory, "short_lived")
        subprocess.run(["cc", "-O2", "-o", self.short_lived, os.path.join(HERE, "short_lived.c")], check=True)
        self.connect_namespaces()

    def connect_namespaces(self):
        own = os.stat("/proc/self/ns/net").st_ino
        while os.stat(f"/proc/{self.there.pid}/ns/net").st_ino == own:
            time.sleep(0.01)
        here, there = [], []
        here.append("link set lo up")
        here.append("link add acc0 type veth peer name acc1")
        here.append(f"link set acc1 netns {self.there.pid}")
        here.append("link set acc0 mtu 1500 up")
        # First, so that what the kernel sends for itself (IGMP) has no process's address.
        here.append("addr add 10.0.3.1/16 dev acc0")
        there += ["link set lo up", "link set acc1 mtu 1500 up"]
        for c in self.classes:
            here += [f"addr add {c.v6(group)}/128 dev lo nodad" for group in (1, 2, 3)]
            if c.network:
                more_here, more_there = c.network(c)
                here += more_here
                there += more_there
        subprocess.run(["ip", "-batch", "-"], input="\n".join(here), text=True, check=True)
        subprocess.run([*self.enter_there(), "ip", "-batch", "-"], input="\n".join(there), text=True, check=True)
        with open("/proc/sys/net/ipv4/ping_group_range", "w") as file:
            file.write("0 2147483647")

    def enter_there(self):
        return ["nsenter", f"--net=/proc/{self.there.pid}/ns/net"]

    def agent(self, name, there, **how):
        agent = Agent(self, name, there, **how)
        self.agents.append(agent)
        return agent

    def capture(self):
        for interface in self.interfaces:
            file = os.path.join(self.directory, f"wire-{interface}.pcap")
            command = [*DIES_WITH_US, "tcpdump", "-Z", "root", "-n", "-i", interface, "-B", "65536", "-s", "0", "-U", "-w", file]
            process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
            while "listening on" not in (line := process.stderr.readline()):
                if not line:
                    raise RuntimeError(f"tcpdump on {interface} ended")
            self.captures.append(process)

    def end_capture(self):
        # tcpdump reads blocks that the kernel gives it after a second at the latest.
        time.sleep(1.2)
        for process in self.captures:
            process.send_signal(signal.SIGINT)
            said = process.communicate()[1]
            if "\n0 packets dropped by kernel" not in "\n" + said:
                raise RuntimeError(f"tcpdump lost packets: {said}")

    def write_truth(self):
        truth = [{"number": c.number, "name": c.name, "rules": c.rules} for c in self.classes]
        with open(os.path.join(self.directory, "truth.json"), "w") as file:
            json.dump(truth, file)

    def end(self):
        for agent in self.agents:
            agent.kill()
        for process in [*self.captures, self.there]:
            process.kill()
            process.wait()
        for entry in os.scandir(self.directory):
            if entry.is_symlink():
                os.unlink(entry)


def main():
    only = {int(number) for number in os.environ.get("ACCURACY_ONLY", "").split(",") if number}
    stage = Stage(*sys.argv[1:])
    try:
        classes = [c for c in stage.classes if not only or c.number in only]
        for c in classes:
            c.prepare(c)
        print("prepared", flush=True)
        if sys.stdin.readline().strip() != "go":
            return
        stage.capture()
        for c in classes:
            began = time.monotonic()
            c.traffic(c)
            print(f"{c.name}: {time.monotonic() - began:.1f} s", file=sys.stderr)
        for call in stage.at_end:
            call()
        stage.end_capture()
        stage.write_truth()
        print("done", flush=True)
        sys.stdin.readline()
    finally:
        stage.end()


if __name__ == "__main__":
    main()
