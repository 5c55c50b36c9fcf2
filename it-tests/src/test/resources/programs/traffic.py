#!/usr/bin/env python3
"""Traffic of known make for the tests: one process, one role, told what to do by lines on standard input.

Each process uses its own 127.x.y.z address, so a capture file can be judged by addresses alone, which pidcap does not
look at when it selects by name.

  tcp-server ADDRESS             prints "port N"; echoes every connection; ends with standard input
  udp-server ADDRESS             the same for datagrams
  client tcp|udp|udp-unconnected BIND ADDRESS PORT
      commands: open          opens one more socket (tcp: connected), prints "open LOCALPORT"
                send N BYTES  on every open socket N messages of BYTES, each echoed, prints "sent"
                close         closes all of them, prints "closed"
                once N        N times: open, one message, close at once; prints "once"
                quit
"""

import socket
import sys
import threading


def say(text):
    print(text, flush=True)


def family_of(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def read_exactly(sock, count):
    while count > 0:
        data = sock.recv(min(count, 65536))
        if not data:
            raise EOFError("the peer closed")
        count -= len(data)


def echo_connection(sock):
    with sock:
        while data := sock.recv(65536):
            sock.sendall(data)


def tcp_server(address):
    server = socket.create_server((address, 0), family=family_of(address), backlog=1024)
    say(f"port {server.getsockname()[1]}")

    def accept():
        while True:
            sock, _ = server.accept()
            threading.Thread(target=echo_connection, args=(sock,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    sys.stdin.read()


def udp_server(address):
    server = socket.socket(family_of(address), socket.SOCK_DGRAM)
    server.bind((address, 0))
    say(f"port {server.getsockname()[1]}")

    def echo():
        while True:
            data, peer = server.recvfrom(65536)
            server.sendto(data, peer)

    threading.Thread(target=echo, daemon=True).start()
    sys.stdin.read()


class Client:
    def __init__(self, kind, bind, address, port):
        self.kind, self.bind, self.peer = kind, bind, (address, int(port))
        self.sockets = []

    def open(self):
        tcp = self.kind == "tcp"
        sock = socket.socket(family_of(self.bind), socket.SOCK_STREAM if tcp else socket.SOCK_DGRAM)
        sock.settimeout(10)
        sock.bind((self.bind, 0))
        if self.kind != "udp-unconnected":
            sock.connect(self.peer)
        self.sockets.append(sock)
        return sock.getsockname()[1]

    def send(self, count, size):
        message = b"m" * size
        for sock in self.sockets:
            for _ in range(count):
                if self.kind == "udp-unconnected":
                    sock.sendto(message, self.peer)
                    sock.recvfrom(65536)
                elif self.kind == "udp":
                    sock.send(message)
                    sock.recv(65536)
                else:
                    sock.sendall(message)
                    read_exactly(sock, size)

    def close(self):
        for sock in self.sockets:
            sock.close()
        self.sockets.clear()

    def run(self):
        for line in sys.stdin:
            command, *arguments = line.split()
            if command == "open":
                say(f"open {self.open()}")
            elif command == "send":
                self.send(int(arguments[0]), int(arguments[1]))
                say("sent")
            elif command == "close":
                self.close()
                say("closed")
            elif command == "once":
                for _ in range(int(arguments[0])):
                    self.open()
                    self.send(1, 100)
                    self.close()
                say("once")
            elif command == "quit":
                break


def main():
    role, *arguments = sys.argv[1:]
    if role == "tcp-server":
        tcp_server(*arguments)
    elif role == "udp-server":
        udp_server(*arguments)
    elif role == "client":
        Client(*arguments).run()
    else:
        sys.exit(f"unknown role {role}")


if __name__ == "__main__":
    main()
