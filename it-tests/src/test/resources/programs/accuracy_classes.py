"""The classes of traffic whose processes are selected by name: what is older than the capture, and the traffic."""

import os
import shutil
import subprocess

from accuracy_base import FOREVER, HERE, PYTHON, SIDES

SHORT_LIVES = 500


def nothing(c):
    pass


def short_lives(c):
    c.agent("by", "echo").do("serve_tcp", c.v4(3), 7)
    for side, group in SIDES:
        program = os.path.join(c.stage.directory, f"short-lived-connector-{side}")
        shutil.copy(c.stage.short_lived, program)
        c.pairs.append((program, c.v4(group)))
    command = lambda i: [c.pairs[i % 2][0], c.pairs[i % 2][1], c.v4(3), "7"]
    running = []
    for i in range(2 * SHORT_LIVES):
        running.append(subprocess.Popen(command(i)))
        if len(running) == 4:
            for process in running:
                if process.wait() != 0:
                    raise RuntimeError(f"{process.args} ended with {process.returncode}")
            running.clear()


def open_before_prepare(c):
    c.agent("by", "echo").do("serve_tcp", c.v4(3), 7)
    c.agent("by", "echo").do("serve_udp", c.v4(3), 7)
    for side, group in SIDES:
        c.agent(side, "server").do("serve_tcp", c.v4(group, 2), 7)
        c.agent("by", f"client{group}").do("connect", "tcp", c.v4(3, 2), c.v4(group, 2), 7)
        for kind in ("tcp", "udp", "udp-unconnected"):
            c.agent(side).do("connect", kind, c.v4(group), c.v4(3), 7)
        c.agent(side).do("talk")
        c.agent("by", f"client{group}").do("talk")


def open_before(c):
    for side, group in SIDES:
        for agent in (c.agent(side), c.agent("by", f"client{group}")):
            agent.do("talk")
            agent.do("close")


def clients(kind, address):
    """Clients of one kind: sockets that stay a while and sockets that go at once."""

    def traffic(c):
        at = getattr(c, address)
        c.agent("by", "echo").do("serve_tcp" if kind == "tcp" else "serve_udp", at(3), 7)
        for side, group in SIDES:
            for _ in range(3):
                c.agent(side).do("connect", kind, at(group), at(3), 7)
        for side, _ in SIDES:
            c.agent(side).begin("talk", 20)
        for side, group in SIDES:
            c.agent(side).finish()
            c.agent(side).do("close")
            c.agent(side).do("once", kind, at(group), at(3), 7, 10)

    return traffic


def receive_only(c):
    for side, group in SIDES:
        c.agent(side).do("receive_udp", c.v4(group), 700)
        c.agent(side, "any").do("receive_udp", "", 700 + group)
    sender = c.agent("by", "sender")
    for _, group in SIDES:
        sender.do("connect", "udp-unconnected", c.v4(3), c.v4(group), 700)
        sender.do("connect", "udp-unconnected", c.v4(3), c.v4(group, 2), 700 + group)
    sender.do("send_only", 20)
    for side, _ in SIDES:
        c.agent(side).do("received", 20)
        c.agent(side, "any").do("received", 20)


def servers(function, *options):
    """Servers of one kind, each with clients that are bystanders."""

    def traffic(c):
        for side, group in SIDES:
            c.agent(side, "server").do(function, c.v4(group), 7, *options)
        client = c.agent("by", "client")
        for _, group in SIDES:
            for _ in range(6):
                client.do("connect", "tcp", c.v4(3), c.v4(group), 7)
                client.do("talk")
                client.do("close")

    return traffic


def dual_stack(c):
    for side, group in SIDES:
        c.agent(side, "server").do("serve_tcp", "::", 7000 + 10 * c.number + group, True)
        c.agent(side, "server").do("serve_udp", "::", 7000 + 10 * c.number + group, True)
    client = c.agent("by", "client")
    for _, group in SIDES:
        port = 7000 + 10 * c.number + group
        for at in (c.v4, c.v6):
            for kind in ("tcp", "udp-unconnected"):
                client.do("once", kind, at(3), at(group), port, 5)
        # What the kernel chooses as the source of an answer out of a socket bound to no address.
        for source in ("127.0.0.1", c.v6(3)):
            c.owned("udp", source, port, target=group == 1)


def mapped_clients(c):
    """Sockets of IPv6 that talk IPv4."""
    c.agent("by", "echo").do("serve_tcp", c.v4(3), 7)
    c.agent("by", "echo").do("serve_udp", c.v4(3), 7)
    for side, group in SIDES:
        for kind in ("tcp", "udp", "udp-unconnected"):
            c.agent(side).do("once", kind, "::ffff:" + c.v4(group), "::ffff:" + c.v4(3), 7, 5)


def passed(c):
    """Both processes are of one side."""
    for side, group in SIDES:
        c.agent(side, "taker").do("take_connections", c.path(side), c.path("times-" + side))
        c.agent(side, "giver").do("hand_over_connections", c.v4(group), 7, c.path(side))
    for _ in range(5):
        for _, group in SIDES:
            c.agent("by", "client").do("greeted", c.v4(3), c.v4(group), 7)


def times_of(path):
    with open(path) as file:
        return dict((int(port), int(at)) for port, at in (line.split() for line in file))


def passed_across(c):
    """From a bystander to a target and the other way: each owns its part."""
    for (giver, _), (taker, to_target) in ((SIDES[1], ("acc", True)), (SIDES[0], ("by", False))):
        path, times, port = c.path(taker), c.path("times-" + taker), 7 + to_target
        c.agent(taker, "taker").do("take_connections", path, times)
        c.agent(giver, "giver").do("hand_over_connections", c.v4(3), port, path)
        ports = [c.agent("by", "client").do("greeted", c.v4(3, 9), c.v4(3), port) for _ in range(5)]
        at = times_of(times)
        for own in ports:
            c.owned("tcp", c.v4(3, 9), own, 0, at[own], not to_target)
            c.owned("tcp", c.v4(3, 9), own, at[own], FOREVER, to_target)


def executed(c):
    """A server like inetd is a bystander, the program it starts a target; and the other way."""
    script = os.path.join(HERE, "accuracy_agent.py")
    for (server, _), (program, is_target) in ((SIDES[1], ("acc", True)), (SIDES[0], ("by", False))):
        times, port = c.path("times-" + program), 7 + is_target
        link = os.path.join(c.stage.directory, f"{program}-{c.number}-program")
        os.symlink(PYTHON, link)
        c.agent(server, "inetd").do("serve_tcp_by_exec", c.v4(3), port, link, script, times)
        ports = [c.agent("by", "client").do("greeted", c.v4(3, 9), c.v4(3), port) for _ in range(3)]
        at = times_of(times)
        for own in ports:
            c.owned("tcp", c.v4(3, 9), own, 0, at[own], not is_target)
            c.owned("tcp", c.v4(3, 9), own, at[own], FOREVER, is_target)


def reuseport(c):
    for side, _ in SIDES:
        c.agent(side, "server").do("serve_tcp_tagged", c.v4(3), 7, side)
    # Some ports are used again at once: by the addresses and ports of both ends the kernel chooses the same server again.
    for bind_port in [0] * 40 + list(range(9200, 9210)) * 3:
        port, tag = c.agent("by", "client").do("ask_tag", c.v4(3, 9), c.v4(3), 7, bind_port)
        c.owned("tcp", c.v4(3, 9), port, target=tag == "acc")


def same_port_two_protocols(c):
    for port, kinds in ((9000, ("tcp", "udp")), (9001, ("udp", "tcp"))):
        for (side, _), kind in zip(SIDES, kinds):
            c.agent(side, f"server{port}").do("serve_" + kind, c.v4(3), port)
        c.owned(kinds[0], c.v4(3), port)
        for kind in kinds:
            c.agent("by", "client").do("once", kind, c.v4(3, 9), c.v4(3), port, 5)


def port_again(c):
    c.agent("by", "echo").do("serve_tcp", c.v4(3), 7)
    c.agent("by", "echo").do("serve_udp", c.v4(3), 7)
    for _ in range(20):
        for side, _ in SIDES:
            for kind in ("udp", "tcp", "udp-unconnected"):
                since, until = c.agent(side).do("once", kind, c.v4(3, 9), c.v4(3), 7, 1, 9100)
                if side == "acc":
                    c.owned("tcp" if kind == "tcp" else "udp", c.v4(3, 9), 9100, since, until)


def after_death(c):
    """Killed with a connection that is silent (FIN), one with data not read (RST), and one that is written to (RST)."""
    for side, group in SIDES:
        server = c.agent(side, "server")
        server.do("serve_tcp", c.v4(group), 7)
        server.do("listen_only", c.v4(group), 8)
        client = c.agent("by", f"client{group}")
        client.do("connect", "tcp", c.v4(3), c.v4(group), 7)
        client.do("talk")
        client.do("connect", "tcp", c.v4(3), c.v4(group), 8)
        client.do("send_to_last")
        dies = c.agent(side, "dies")
        c.agent("by", "echo").do("serve_tcp", c.v4(3, group), 7)
        dies.do("connect", "tcp", c.v4(group, 2), c.v4(3, group), 7)
        dies.do("talk")
        dies.do("connect", "tcp", c.v4(group, 2), c.v4(3, group), 7)
        dies.do("leave_unread")
        server.kill()
        dies.kill()
        client.do("send_to_the_dead")


def both_ends(c):
    for side, group in SIDES:
        c.agent(side, "server").do("serve_tcp", c.v4(group), 7)
        c.agent(side, "server").do("serve_udp", c.v4(group), 7)
        for kind in ("tcp", "udp", "udp-unconnected"):
            c.agent(side, "client").do("once", kind, c.v4(group, 2), c.v4(group), 7, 5)


def fragments(c):
    c.agent("by", "echo", there=True).do("serve_udp", c.veth(3), 7)
    for side, group in SIDES:
        for kind in ("udp", "udp-unconnected"):
            c.agent(side).do("connect", kind, c.veth(group), c.veth(3), 7)
        c.agent(side).do("talk", 10, 8000)


def port_unreachable(c):
    for side, group in SIDES:
        c.agent(side).do("refused", "udp", c.v4(group), c.v4(3), 9)


def refused_connections(c):
    for side, group in SIDES:
        c.agent(side).do("refused", "tcp", c.v4(group), c.v4(3), 9)


def jvm(c):
    c.agent("by", "echo").do("serve_tcp", c.v4(3), 7)
    c.agent("by", "echo").do("serve_udp", c.v4(3), 7)
    running = []
    for side, group in SIDES:
        program = os.path.join(c.stage.directory, f"{side}-jvm")
        os.symlink(c.stage.java, program)
        command = [program, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", c.stage.classpath]
        main = "io.pidcap.it.accuracy.JvmTraffic"
        running.append(subprocess.Popen([*command, main, c.v4(group), c.v4(3), "7"], stdin=subprocess.DEVNULL))
    for process in running:
        if process.wait() != 0:
            raise RuntimeError(f"{process.args} ended with {process.returncode}")


def pings(kind):
    def traffic(c):
        for side, group in SIDES:
            c.agent(side).begin("ping", kind, c.v4(group), 10)
        for side, _ in SIDES:
            c.agent(side).finish()

    return traffic


def unix_only(c):
    for side, _ in SIDES:
        c.agent(side).do("talk_unix")


def multicast(c):
    group = "224.0.0.251"
    for side, number in SIDES:
        c.agent(side).do("join", group, 5353, c.veth(number))
    c.agent("by", "other").do("join", group, 5354, c.veth(2))
    c.agent("by", "sender", there=True).do("send_to_group", group, 5353, c.veth(3))
    c.agent("by", "sender", there=True).do("send_to_group", group, 5354, c.veth(3))
    c.agent("by", "local").do("send_to_group", group, 5353, c.veth(2))
    c.agent("by", "local").do("send_to_group", group, 5354, c.veth(2))
    for side, _ in SIDES:
        c.agent(side).do("received", 10)
    c.agent("acc", "local").do("send_to_group", group, 5354, c.veth(1))
    c.owned("udp", group, 5353)


def two_namespaces(c):
    """Same address and port here and there; only what is here is captured."""
    for here, there, group in (("acc", "by", 1), ("by", "acc", 2)):
        for side, is_there in ((here, False), (there, True)):
            where = "there" if is_there else "here"
            for kind in ("tcp", "udp"):
                c.agent(side, "server-" + where, is_there).do("serve_" + kind, c.v4(group), 7)
        for _ in range(3):
            for where in ("here", "there"):
                for kind in ("tcp", "udp"):
                    client = c.agent("by", "client-" + where, where == "there")
                    client.do("once", kind, c.v4(3), c.v4(group), 7, 2)


def other_namespace(c):
    """The process is there; its packets pass the interface here."""
    c.agent("by", "echo").do("serve_tcp", c.veth(3), 7)
    c.agent("by", "echo").do("serve_udp", c.veth(3), 7)
    for side, group in SIDES:
        for kind in ("tcp", "udp", "udp-unconnected"):
            c.agent(side, "x", there=True).do("once", kind, c.veth(group), c.veth(3), 7, 5)


def forwarder(c):
    c.agent("by", "echo").do("serve_tcp", c.v4(3), 7)
    for side, group in SIDES:
        c.agent(side, "forwarder").do("forward_tcp", c.v4(group), 7, c.v4(group, 2), c.v4(3), 7)
        c.agent("by", "client").do("once", "tcp", c.v4(3, 2), c.v4(group), 7, 5)


def named_threads(c):
    """Threads of the target with a bystander's name and the other way."""
    c.agent("by", "echo").do("serve_tcp", c.v4(3), 7)
    c.agent("by", "echo").do("serve_udp", c.v4(3), 7)
    for (side, group), (other, _) in zip(SIDES, reversed(SIDES)):
        for kind in ("tcp", "udp", "udp-unconnected"):
            c.agent(side).do("in_thread", other + "-thread", "once", kind, c.v4(group), c.v4(3), 7, 5)


def veth_network(c):
    here = [f"addr add {c.veth(group)}/16 dev acc0" for group in (1, 2)]
    return here, [f"addr add {c.veth(3)}/16 dev acc1"]


def other_namespace_network(c):
    there = [f"addr add {c.veth(group)}/16 dev acc1" for group in (1, 2)]
    return [f"addr add {c.veth(3)}/16 dev acc0"], there


CLASSES = [
    ("500 processes of a few ms, one TCP connection each", nothing, short_lives),
    ("open before the start", open_before_prepare, open_before),
    ("TCP clients, IPv4", nothing, clients("tcp", "v4")),
    ("UDP connected", nothing, clients("udp", "v4")),
    ("UDP unconnected", nothing, clients("udp-unconnected", "v4")),
    ("UDP receive-only", nothing, receive_only),
    ("IPv6, TCP", nothing, clients("tcp", "v6")),
    ("IPv6, UDP connected", nothing, clients("udp", "v6")),
    ("IPv6, UDP unconnected", nothing, clients("udp-unconnected", "v6")),
    ("dual-stack servers", nothing, dual_stack),
    ("IPv6 sockets that talk IPv4", nothing, mapped_clients),
    ("server: forks before accept", nothing, servers("serve_tcp_preforked")),
    ("server: accepts in threads", nothing, servers("serve_tcp_pool")),
    ("server: forks after accept", nothing, servers("serve_tcp_forking")),
    ("accepted socket passed by SCM_RIGHTS", nothing, passed),
    ("passed by SCM_RIGHTS between target and bystander", nothing, passed_across),
    ("exec under another name", nothing, executed),
    ("SO_REUSEPORT shared by target and bystander", nothing, reuseport),
    ("one port, TCP of one and UDP of the other", nothing, same_port_two_protocols),
    ("port used again at once by another process", nothing, port_again),
    ("RST and FIN after the owner's death", nothing, after_death),
    ("both ends local", nothing, both_ends),
    ("fragments larger than the MTU", nothing, fragments, veth_network),
    ("ICMP port unreachable", nothing, port_unreachable),
    ("connections refused", nothing, refused_connections),
    ("a JVM", nothing, jvm),
    ("ping, ping socket", nothing, pings("ping")),
    ("ping, raw socket", nothing, pings("raw")),
    ("Unix sockets only (no packet)", nothing, unix_only),
    ("multicast on 5353, two receivers", nothing, multicast, veth_network),
    ("same address and port in two namespaces", nothing, two_namespaces),
    ("process in another namespace, seen on veth", nothing, other_namespace, other_namespace_network),
    ("TCP port forwarder", nothing, forwarder),
    ("threads with other names", nothing, named_threads),
]
