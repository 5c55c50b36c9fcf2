"""Processes that follow each other on the same ports, while the wall clock is set forth and back.

  clock_steps.py sender TAG    told "slot N MILLIS": a child takes the ports, sends datagrams that begin with TAG, lets go
                               of the ports and ends; answered with how many were sent
  clock_steps.py conduct TARGET BYSTANDER CLOCK SEED
                               TARGET and BYSTANDER are names of this interpreter, CLOCK is wall_clock.py. Lets one
                               of the two have the ports for a while, then one of them again, by chance, and sets the
                               clock at instants of its own. Prints what was sent as JSON.

Whoever looks by how a stamp differs from the right time finds the ports with another owner, as often as not.
"""

import json
import os
import random
import socket
import subprocess
import sys
import time

ADDRESS = "127.9.6.1"
PORTS = range(42600, 42604)
SINK = ("127.9.6.2", 42600)
SLOT_MILLIS = 60
PAUSE_SECONDS = 0.002
# How far the wall clock is ahead, and for how long.
STEPS = ((0, 0.8), (-3, 1.3), (0, 1.3), (3, 1.3), (-2, 1.3), (1, 1.3), (-3, 1.3), (-1.5, 1.3), (0, 0.8))


def send(tag, slot, millis):
    end = time.monotonic() + millis / 1000
    sockets = []
    for port in PORTS:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.bind((ADDRESS, port))
        sockets.append(sock)
    count = 0
    while time.monotonic() < end:
        for sock in sockets:
            sock.sendto(f"{tag} {slot}".encode(), SINK)
            count += 1
        time.sleep(PAUSE_SECONDS)
    for sock in sockets:
        sock.close()
    return count


def sender(tag):
    for line in sys.stdin:
        _, slot, millis = line.split()
        answer, told = os.pipe()
        child = os.fork()
        if child == 0:
            os.write(told, str(send(tag, slot, int(millis))).encode())
            os._exit(0)
        os.close(told)
        count = os.read(answer, 20).decode()
        os.close(answer)
        os.waitpid(child, 0)
        print(count or 0, flush=True)


class Told:
    """A process that answers each line with one."""

    def __init__(self, *command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def tell(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise EOFError(f"{self.process.args} ended")
        return line.strip()

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def conduct(target, bystander, clock_program, seed):
    chance = random.Random(int(seed))
    sink = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sink.bind(SINK)
    senders = {tag: Told(name, __file__, "sender", tag) for tag, name in (("T", target), ("B", bystander))}
    sent = {"T": 0, "B": 0}
    slots = 0
    clock = Told(sys.executable, clock_program)
    try:
        step_due = time.monotonic()
        for ahead, seconds in (*STEPS, (0, 0)):
            # Beside the senders: a step falls anywhere in what they send.
            while True:
                tag = chance.choice("TB")
                senders[tag].tell(f"slot {slots} {SLOT_MILLIS}")
                slots += 1
                left = step_due - time.monotonic()
                is_due = left < SLOT_MILLIS / 1000
                if is_due:
                    time.sleep(max(0, left))
                    clock.tell(str(ahead))
                    clock.answer()
                sent[tag] += int(senders[tag].answer())
                if is_due:
                    break
            step_due += seconds
    finally:
        clock.end()
    for told in senders.values():
        told.end()
    print(json.dumps({"target": sent["T"], "bystander": sent["B"], "slots": slots}), flush=True)


if __name__ == "__main__":
    {"sender": sender, "conduct": conduct}[sys.argv[1]](*sys.argv[2:])
