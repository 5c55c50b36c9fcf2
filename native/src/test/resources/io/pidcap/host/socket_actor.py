"""Opens, passes and closes sockets as it is told, one command a line; answers each with one line.

Sockets are named by the caller. An answer is "ok", often with numbers behind it, or "error" and the reason.
"""
import array
import ctypes
import os
import signal
import socket
import sys

SOCKETS = {}
FAMILIES = {"4": socket.AF_INET, "6": socket.AF_INET6}


def local_port(name):
    return str(SOCKETS[name].getsockname()[1])


def open_socket(name, kind, family, address, port="0"):
    sock = socket.socket(FAMILIES[family], socket.SOCK_DGRAM if kind == "udp" else socket.SOCK_STREAM)
    if address == "::" and family == "6":
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    sock.bind((address, int(port)))
    if kind == "tcp":
        sock.listen(64)
    SOCKETS[name] = sock
    return local_port(name)


def connect(name, kind, family, address, port):
    if name not in SOCKETS:
        SOCKETS[name] = socket.socket(FAMILIES[family], socket.SOCK_DGRAM if kind == "udp" else socket.SOCK_STREAM)
    SOCKETS[name].connect((address, int(port)))
    return local_port(name)


def accept(listener, name):
    SOCKETS[name], peer = SOCKETS[listener].accept()
    return str(peer[1])


def raw(name, family, protocol):
    SOCKETS[name] = socket.socket(FAMILIES[family], socket.SOCK_RAW, int(protocol))
    return ""


def ping(name):
    SOCKETS[name] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP)
    SOCKETS[name].bind(("127.0.0.1", 0))
    return local_port(name)


def close(name):
    SOCKETS.pop(name).close()
    return ""


def replace(name, path):
    """Closes a socket and opens a file in the same step, so that the number of descriptors stays the same."""
    descriptor = SOCKETS.pop(name).detach()
    file = os.open(path, os.O_RDONLY)
    os.dup2(file, descriptor)
    os.close(file)
    return ""


def take_place(path, name):
    """Opens a file, or with a name puts a new UDP socket in the place of that file's descriptor; returns its port."""
    if name == "-":
        SOCKETS[path] = os.open(path, os.O_RDONLY)
        return ""
    place = SOCKETS.pop(path)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as new:
        os.dup2(new.fileno(), place)
    SOCKETS[name] = socket.socket(fileno=place)
    SOCKETS[name].bind(("127.0.0.1", 0))
    return local_port(name)


def fork():
    child = os.fork()
    if child == 0:
        while True:
            signal.pause()
    return str(child)


def kill(pid):
    os.kill(int(pid), signal.SIGKILL)
    os.waitpid(int(pid), 0)
    return ""


def send(name, channel):
    """Passes the socket over a Unix socket that another actor listens on."""
    with socket.socket(socket.AF_UNIX) as out:
        out.connect(channel)
        rights = array.array("i", [SOCKETS[name].fileno()])
        out.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])
        out.recv(1)
    return ""


def receive_on(channel):
    SOCKETS["channel"] = socket.socket(socket.AF_UNIX)
    SOCKETS["channel"].bind(channel)
    SOCKETS["channel"].listen()
    return ""


def receive(name):
    peer, _ = SOCKETS["channel"].accept()
    with peer:
        rights = array.array("i")
        _, ancillary, _, _ = peer.recvmsg(1, socket.CMSG_SPACE(rights.itemsize))
        rights.frombytes(ancillary[0][2][: rights.itemsize])
        SOCKETS[name] = socket.socket(fileno=rights[0])
        peer.send(b"x")
    return ""


def rename(comm):
    ctypes.CDLL(None).prctl(15, comm.encode(), 0, 0, 0)  # PR_SET_NAME
    return ""


def execute(program, argument_zero, *arguments):
    """Becomes another program, with the sockets; there is no answer but the new program's own."""
    for sock in SOCKETS.values():
        sock.set_inheritable(True)
    os.execv(program, [argument_zero, *arguments])


def namespace():
    if ctypes.CDLL(None, use_errno=True).unshare(0x40000000) != 0:  # CLONE_NEWNET
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    os.system("ip link set lo up")
    return os.readlink("/proc/self/ns/net")[5:-1]


COMMANDS = {
    "open": open_socket, "connect": connect, "accept": accept, "raw": raw, "ping": ping, "close": close,
    "replace": replace, "take-place": take_place, "fork": fork, "kill": kill, "send": send, "receive-on": receive_on, "receive": receive,
    "rename": rename, "execute": execute, "namespace": namespace,
}

print("ok", os.getpid(), flush=True)
for line in sys.stdin:
    words = line.split()
    try:
        print("ok", COMMANDS[words[0]](*words[1:]), flush=True)
    except Exception as e:  # every failure is the caller's to judge
        print("error", repr(e), flush=True)
