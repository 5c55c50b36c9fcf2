"""One process of the accuracy suite: does what the conductor (accuracy.py) calls by name, a line of JSON at a time.

What it opens it keeps until it is told to close it or ends. It ends, with the processes it forked, at the end of its
standard input.
"""

import array
import fcntl
import json
import os
import select
import shlex
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

TIMEOUT_SECONDS = 20

clients = []
kept = []


def family_of(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


# --- clients


def connect(kind, bind, peer, port, bind_port=0):
    """Opens one more socket; kind is tcp, udp (connected) or udp-unconnected."""
    sock = socket.socket(family_of(peer), socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM)
    sock.settimeout(TIMEOUT_SECONDS)
    if bind_port:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if bind:
        sock.bind((bind, bind_port))
    if kind != "udp-unconnected":
        sock.connect((peer, port))
    clients.append((kind, sock, (peer, port)))
    return sock.getsockname()[1]


def connect_with_headers(kind, bind, peer, port, headers):
    """With IPv6 extension headers in everything that it sends: 0 hop-by-hop options, 60 destination options."""
    sock = socket.socket(socket.AF_INET6, socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM)
    sock.settimeout(TIMEOUT_SECONDS)
    for header in headers:
        option = socket.IPV6_HOPOPTS if header == 0 else socket.IPV6_DSTOPTS
        # Next header and length are the kernel's to fill in; six bytes of padding.
        sock.setsockopt(socket.IPPROTO_IPV6, option, b"\0\0\1\4\0\0\0\0")
    sock.bind((bind, 0))
    if kind != "udp-unconnected":
        sock.connect((peer, port))
    clients.append((kind, sock, (peer, port)))


def talk(count=5, size=100):
    """Messages and their echoes on every open socket."""
    message = b"m" * size
    for kind, sock, peer in clients:
        for _ in range(count):
            if kind == "udp-unconnected":
                sock.sendto(message, peer)
            else:
                sock.sendall(message)
            missing = size
            while missing > 0:
                data = sock.recv(65536)
                if not data:
                    raise EOFError(f"{peer} closed")
                missing -= len(data)


def send_only(count=5, size=100):
    for _, sock, peer in clients:
        for _ in range(count):
            sock.sendto(b"m" * size, peer)


def close():
    for _, sock, _ in clients:
        sock.close()
    clients.clear()


def abort():
    """Closes so that nothing of the connection stays: a reset instead of FIN and TIME_WAIT."""
    for kind, sock, _ in clients:
        if kind == "tcp":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    close()


def once(kind, bind, peer, port, count=1, bind_port=0):
    """A whole life of a flow, count times; returns the wall clock before and after."""
    before = time.time_ns()
    for _ in range(count):
        connect(kind, bind, peer, port, bind_port)
        talk(2)
        abort() if bind_port else close()
    return [before, time.time_ns()]


def whole(kind, bind, peer, port, count=1):
    """As once, but returns when the other end has closed as well: nothing of it comes any more."""
    for _ in range(count):
        connect(kind, bind, peer, port, 0)
        talk(2)
        _, sock, _ = clients[-1]
        if kind == "tcp":
            sock.shutdown(socket.SHUT_WR)
            while sock.recv(100):
                pass
        close()


def refused(kind, bind, peer, port):
    """Sends to a port that nobody has."""
    for _ in range(3):
        try:
            connect(kind, bind, peer, port)
            clients[-1][1].send(b"is anyone there")
            clients[-1][1].recv(100)
        except ConnectionRefusedError:
            pass
    close()


def in_thread(name, function, *arguments):
    """Calls a function in a thread that has another name."""
    failures = []

    def body():
        try:
            with open("/proc/thread-self/comm", "w") as comm:
                comm.write(name)
            globals()[function](*arguments)
        except Exception as e:
            failures.append(e)

    thread = threading.Thread(target=body)
    thread.start()
    thread.join()
    if failures:
        raise failures[0]


def send_to_last():
    clients[-1][1].sendall(b"nobody reads this")


def leave_unread():
    """Returns when the echo is there."""
    send_to_last()
    select.select([clients[-1][1]], [], [], TIMEOUT_SECONDS)


def send_to_the_dead():
    """To peers whose process is gone."""
    for _, sock, _ in clients:
        try:
            sock.sendall(b"too late")
            sock.recv(100)
            sock.sendall(b"too late again")
        except OSError:
            pass
    close()


def own_port():
    return clients[-1][1].getsockname()[1]


bulk_is_over = threading.Event()


def begin_bulk(bind, peer, port):
    """Datagrams, and messages with their echoes, five thousand and a hundred a second at most, until end_bulk()."""
    datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    datagrams.bind((bind, port))
    connection = socket.create_connection((peer, port), TIMEOUT_SECONDS, (bind, port))

    def run():
        while not bulk_is_over.wait(0.01):
            for _ in range(50):
                datagrams.sendto(b"b" * 100, (peer, port))
            connection.sendall(b"b" * 100)
            connection.recv(65536)

    in_background(run)


def end_bulk():
    bulk_is_over.set()


# --- servers


def echo_connection(sock):
    with sock:
        try:
            while data := sock.recv(65536):
                sock.sendall(data)
        except OSError:
            pass


def listener(address, port, dual=False, shared=False):
    family = socket.AF_INET6 if dual else family_of(address)
    server = socket.socket(family, socket.SOCK_STREAM)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    if family == socket.AF_INET6:
        server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0 if dual else 1)
    server.bind((address, port))
    server.listen(1024)
    kept.append(server)
    return server


def listen_only(address, port):
    listener(address, port)


def in_background(target, *arguments):
    threading.Thread(target=target, args=arguments, daemon=True).start()


def serve_tcp(address, port, dual=False):
    server = listener(address, port, dual)

    def accept():
        while True:
            in_background(echo_connection, server.accept()[0])

    in_background(accept)


def serve_tcp_pool(address, port):
    """Threads that accept for themselves."""
    server = listener(address, port)

    def accept():
        while True:
            echo_connection(server.accept()[0])

    for _ in range(4):
        in_background(accept)


def serve_tcp_preforked(address, port):
    server = listener(address, port)
    for _ in range(3):
        if os.fork() == 0:
            while True:
                echo_connection(server.accept()[0])
    server.close()


def serve_tcp_forking(address, port):
    """A process for each connection; the one that accepted closes it."""
    server = listener(address, port)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)

    def accept():
        while True:
            sock, _ = server.accept()
            if os.fork() == 0:
                server.close()
                echo_connection(sock)
                os._exit(0)
            sock.close()

    in_background(accept)


def serve_tcp_tagged(address, port, tag):
    """Shares its port; every connection is answered with the tag of the process."""
    server = listener(address, port, shared=True)

    def accept():
        while True:
            sock, _ = server.accept()
            with sock:
                sock.recv(100)
                sock.sendall(tag.encode())

    in_background(accept)


def ask_tag(bind, peer, port, bind_port=0):
    """Returns [own port, tag of the process that answered]. The server closes first, so the port is free at once."""
    with socket.create_connection((peer, port), TIMEOUT_SECONDS, (bind, bind_port)) as sock:
        sock.sendall(b"who")
        tag = sock.recv(100).decode()
        sock.recv(1)
        return [sock.getsockname()[1], tag]


def serve_udp(address, port, dual=False):
    server = socket.socket(socket.AF_INET6 if dual else family_of(address), socket.SOCK_DGRAM)
    if dual:
        server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    server.bind((address, port))
    kept.append(server)
    in_background(serve_datagrams, server)


def serve_datagrams(server):
    while True:
        data, peer = server.recvfrom(65536)
        server.sendto(data, peer)


def receive_udp(address, port):
    """Never sends."""
    server = socket.socket(family_of(address), socket.SOCK_DGRAM)
    server.bind((address, port))
    server.settimeout(TIMEOUT_SECONDS)
    kept.append(server)


def discard_udp(address, port):
    receive_udp(address, port)
    server = kept[-1]
    server.settimeout(None)

    def discard():
        while True:
            server.recv(65536)

    in_background(discard)


def received(count):
    for _ in range(count):
        kept[-1].recv(65536)


def forward_tcp(address, port, bind, peer, peer_port):
    server = listener(address, port)

    def pump(source, sink):
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)

    def accept():
        while True:
            one, _ = server.accept()
            other = socket.create_connection((peer, peer_port), TIMEOUT_SECONDS, (bind, 0))
            in_background(pump, one, other)
            in_background(pump, other, one)

    in_background(accept)


# --- connections that change hands


def hand_over_connections(address, port, path):
    """Accepts, and hands each connection to the process that listens on the Unix socket; keeps none of it."""
    server = listener(address, port)

    def accept():
        while True:
            sock, peer = server.accept()
            with socket.socket(socket.AF_UNIX) as to:
                to.connect(path)
                to.sendmsg([str(peer[1]).encode()], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [sock.fileno()]))])
                to.recv(1)
                sock.close()
                to.sendall(b"g")

    in_background(accept)


def take_connections(path, times):
    """Greets on each connection once the giver has closed its own copy."""
    server = socket.socket(socket.AF_UNIX)
    server.bind(path)
    server.listen(16)

    def accept():
        while True:
            giver, _ = server.accept()
            port, [(_, _, descriptors)], _, _ = giver.recvmsg(8, socket.CMSG_SPACE(4))
            giver.sendall(b"t")
            giver.recv(1)
            greet(array.array("i", descriptors)[0], int(port), times)

    in_background(accept)


def greet(descriptor, port, times):
    """Greets, before any other call on the connection; tells since when it is ours by a line in the file."""
    with open(times, "a") as file:
        file.write(f"{port} {time.time_ns()}\n")
    os.write(descriptor, b"hello")
    echo_connection(socket.socket(fileno=descriptor))


def serve_tcp_by_exec(address, port, program, script, times):
    """As inetd: another program serves the connection."""
    server = listener(address, port)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)

    def accept():
        while True:
            sock, peer = server.accept()
            if os.fork() == 0:
                os.dup2(sock.fileno(), 3, inheritable=True)
                os.execv(program, [program, "-I", script, "inherited", str(peer[1]), times])
            sock.close()

    in_background(accept)


def accept_and_keep(address, port):
    """Echoes, and keeps what it accepted in a list, from which it can be given away."""
    server = listener(address, port)

    def echo(number):
        # Does not wait in a call on the connection, which may be another process's then.
        while number not in given:
            if select.select([accepted[number]], [], [], 0.01)[0] and number not in given:
                accepted[number].sendall(accepted[number].recv(65536))

    def accept():
        while True:
            accepted.append(server.accept()[0])
            in_background(echo, len(accepted) - 1)

    in_background(accept)


accepted = []
given = set()

# After the first packet has come, which must be known to be the taker's without a call of its on the connection.
TAKER_WAITS_SECONDS = 0.1


def give_away(number, path):
    given.add(number)
    with socket.socket(socket.AF_UNIX) as to:
        to.connect(path)
        socket.send_fds(to, [b"x"], [accepted[number].fileno()])
        accepted[number].close()


def take_sockets(path):
    """What it does with each connection that it is given, is to receive, and that late; then it echoes."""
    server = socket.socket(socket.AF_UNIX)
    server.bind(path)
    server.listen(16)
    kept.append(server)


def taken():
    """Takes the next one; returns since when it has it."""
    giver, _ = kept[-1].accept()
    _, descriptors, _, _ = socket.recv_fds(giver, 1, 1)
    at = time.time_ns()
    giver.recv(1)

    def echo():
        select.select(descriptors, [], [])
        time.sleep(TAKER_WAITS_SECONDS)
        while data := os.read(descriptors[0], 65536):
            os.write(descriptors[0], data)

    in_background(echo)
    return at


def execute_with_socket(program, script):
    """A child executes a program that serves by the last socket; returns since when. What came before is not served."""
    kept[-1].setblocking(False)
    try:
        while True:
            kept[-1].recv(65536)
    except BlockingIOError:
        pass
    kept[-1].setblocking(True)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        descriptors = [kept[-1].fileno(), writing]
        for descriptor in descriptors:
            os.set_inheritable(descriptor, True)
        os.execv(program, [program, "-I", script, "heir", *map(str, descriptors)])
    os.close(writing)
    return int(os.read(reading, 100))


def call_itself(name):
    """Returns since when it has the name."""
    with open("/proc/self/comm", "w") as comm:
        comm.write(name)
    return time.time_ns()


def greeted(bind, peer, port):
    """Waits for the greeting before it sends anything; returns its own port."""
    with socket.create_connection((peer, port), TIMEOUT_SECONDS, (bind, 0)) as sock:
        sock.recv(100)
        for _ in range(3):
            sock.sendall(b"talk")
            sock.recv(100)
        return sock.getsockname()[1]


# --- programs, users, children


def execute(program):
    """Goes on as another program, which answers for this one."""
    os.execv(program, [program, "-I", os.path.abspath(__file__), "goes-on"])


def give_up_root(user):
    """Returns the wall clock before and after."""
    before = time.time_ns()
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    return [before, time.time_ns()]


def serve_tcp_by_workers(address, port, user):
    server = listener(address, port)
    for _ in range(3):
        if os.fork() == 0:
            give_up_root(user)
            while True:
                echo_connection(server.accept()[0])


def life(program, *arguments):
    """A command: another process that has a whole life of flows."""
    calls = [["once", kind, *arguments, 3] for kind in ("tcp", "udp", "udp-unconnected")]
    return [program, "-I", os.path.abspath(__file__), "calls", json.dumps(calls)]


def run_shell(command):
    subprocess.run(["/bin/sh", "-c", command], check=True)


def run_tree(program, *arguments):
    """A child, a child of a shell, and one of a shell's shell beside another."""
    command = shlex.join(life(program, *arguments))
    subprocess.run(life(program, *arguments), check=True)
    run_shell(command + "; true")
    run_shell(f"sh -c {shlex.quote(command + ' & ' + command + '; wait')}; true")


def run_daemon(program, *arguments):
    """Forks twice, as daemons do, so that its parent is gone when it begins; returns when it has ended."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.setsid()
        parent = os.getpid()
        if os.fork() != 0:
            os._exit(0)
        while os.getppid() == parent:
            time.sleep(0.001)
        os.set_inheritable(writing, True)
        command = life(program, *arguments)
        os.execv(program, command)
    os.close(writing)
    os.waitpid(child, 0)
    os.read(reading, 1)
    os.close(reading)


# --- multicast, ICMP, Unix sockets


def join(group, port, interface):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("", port))
    request = socket.inet_aton(group) + socket.inet_aton(interface)
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, request)
    sock.settimeout(TIMEOUT_SECONDS)
    kept.append(sock)


def send_to_group(group, port, interface):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(interface))
        sock.bind((interface, 0))
        for _ in range(5):
            sock.sendto(b"query", (group, port))


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF


def ping(kind, peer, count=5):
    """kind: ping (the kernel's ping socket) or raw, neither bound to an address, as ping(8) has them."""
    raw = kind == "raw"
    with socket.socket(socket.AF_INET, socket.SOCK_RAW if raw else socket.SOCK_DGRAM, socket.IPPROTO_ICMP) as sock:
        sock.settimeout(TIMEOUT_SECONDS)
        identifier = os.getpid() & 0xFFFF
        for number in range(count):
            echo = struct.pack("!BBHHH", 8, 0, 0, identifier, number) + b"payload "
            sock.sendto(echo[:2] + struct.pack("!H", checksum(echo)) + echo[4:], (peer, 0))
            while True:
                reply = sock.recv(1000)
                icmp = reply[(reply[0] & 15) * 4 :] if raw else reply
                # A raw socket gets everybody's.
                if icmp[0] == 0 and (not raw or icmp[4:6] == struct.pack("!H", identifier)):
                    break


def talk_unix():
    one, other = socket.socketpair()
    for _ in range(100):
        one.sendall(b"no packet")
        other.recv(100)


def reflect(name):
    """At the far end of a tun interface: sends back what comes, UDP over IPv4, with its ends changed."""
    device = os.open("/dev/net/tun", os.O_RDWR)
    tun, no_packet_information, set_interface = 0x0001, 0x1000, 0x400454CA
    fcntl.ioctl(device, set_interface, struct.pack("16sH22x", name.encode(), tun | no_packet_information))

    def run():
        while True:
            packet = bytearray(os.read(device, 65536))
            if packet[0] >> 4 == 4 and packet[9] == socket.IPPROTO_UDP:
                at = (packet[0] & 15) * 4
                packet[12:16], packet[16:20] = packet[16:20], packet[12:16]
                packet[at : at + 2], packet[at + 2 : at + 4] = packet[at + 2 : at + 4], packet[at : at + 2]
                os.write(device, packet)

    in_background(run)


def pid():
    return os.getpid()


def main():
    for line in sys.stdin:
        function, *arguments = json.loads(line)
        try:
            answer = {"result": globals()[function](*arguments)}
        except Exception as e:
            answer = {"error": f"{function}{arguments}: {e!r}"}
        print(json.dumps(answer), flush=True)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    if sys.argv[1:2] == ["inherited"]:
        greet(3, int(sys.argv[2]), sys.argv[3])
    elif sys.argv[1:2] == ["heir"]:
        os.write(int(sys.argv[3]), b"%d" % time.time_ns())
        serve_datagrams(socket.socket(fileno=int(sys.argv[2])))
    elif sys.argv[1:2] == ["calls"]:
        for function, *arguments in json.loads(sys.argv[2]):
            globals()[function](*arguments)
    else:
        if sys.argv[1:2] == ["goes-on"]:
            print(json.dumps({"result": None}), flush=True)
        main()
