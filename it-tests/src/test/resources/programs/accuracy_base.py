"""What all classes of traffic of the accuracy suite are made of."""

import json
import os
import signal
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
PYTHON = "/usr/bin/python3"
SIDES = (("acc", 1), ("by", 2))
FOREVER = 2**63 - 1


class Agent:
    """A process that does what it is called to do."""

    def __init__(self, stage, name, there=False, program=None, become=()):
        """program: what it executes, if not Python under its name; become: options of setpriv(1)."""
        if program is None:
            program = os.path.join(stage.directory, name)
            if not os.path.islink(program):
                os.symlink(PYTHON, program)
        command = [program, "-I", os.path.join(HERE, "accuracy_agent.py")]
        if become:
            command = ["setpriv", *become, "--", *command]
        if there:
            command = ["nsenter", f"--net=/proc/{stage.there.pid}/ns/net", *command]
        self.name = name
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
        )

    def begin(self, function, *arguments):
        self.process.stdin.write(json.dumps([function, *arguments]) + "\n")
        self.process.stdin.flush()

    def finish(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name} ended")
        answer = json.loads(line)
        if "error" in answer:
            raise RuntimeError(f"{self.name}: {answer['error']}")
        return answer["result"]

    def do(self, function, *arguments):
        self.begin(function, *arguments)
        return self.finish()

    def kill(self):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()


class TrafficClass:
    """One row of the table: its number, and the rules of whose its packets are."""

    def __init__(self, stage, number, name, prepare, traffic, network=None):
        """network tells what it needs here and there, as lines of `ip -batch`."""
        self.stage, self.number, self.name = stage, number, name
        self.prepare, self.traffic, self.network = prepare, traffic, network
        self.rules = []
        self.agents = {}
        self.pairs = []

    def v4(self, group, n=1):
        return f"127.{self.number}.{group}.{n}"

    def veth(self, group, n=1):
        return f"10.{self.number}.{group}.{n}"

    def v6(self, group, n=1):
        return f"fdac::{self.number}:{group}:{n}"

    def agent(self, side, what="x", there=False, **how):
        return self.called(f"{side}-{self.number}-{what}", there, **how)

    def called(self, name, there=False, **how):
        """As agent(), by its whole name."""
        if name not in self.agents:
            self.agents[name] = self.stage.agent(name, there, **how)
        return self.agents[name]

    def path(self, what):
        return os.path.join(self.stage.directory, f"{self.number}-{what}")

    def owned(self, protocol, address, port, since=0, until=FOREVER, target=True):
        """Who had an endpoint, with group or without; times are of the wall clock in nanoseconds."""
        self.rules.append(
            {"protocol": protocol, "address": address, "port": port, "from": since, "until": until, "target": target}
        )
