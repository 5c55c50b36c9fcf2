"""The classes of traffic that are told apart by the way that the packets take: translated, tagged, without Ethernet."""

import os
import subprocess

from accuracy_base import HERE, SIDES

TUN = "acctun"
# Pairs of interfaces, here and there, with how many VLAN tags are put onto what they send.
TAGGED = (("accv", 1), ("accq", 2))
KINDS = ("tcp", "udp", "udp-unconnected")


def nothing(c):
    pass


# --- address translation; the tap sees what goes out after it and what comes in before it


def translate(rules):
    subprocess.run(["nft", "-f", "-"], input=rules, text=True, check=True)


def changed_destination_prepare(c):
    """What is sent to v4(3, 9) port 80 arrives at v4(3) port 7, to v4(3, 8) at 127.0.0.1 port 7000 + K."""
    translate(
        f"""table ip changed_destination {{
            chain output {{
                type nat hook output priority -100;
                ip daddr {c.v4(3, 9)} meta l4proto {{ tcp, udp }} th dport 80 dnat to {c.v4(3)}:7
                ip daddr {c.v4(3, 8)} meta l4proto {{ tcp, udp }} th dport 80 redirect to :{7000 + c.number}
            }}
        }}"""
    )


def changed_destination(c):
    for at, port in ((c.v4(3), 7), ("127.0.0.1", 7000 + c.number)):
        c.agent("by", "echo").do("serve_tcp", at, port)
        c.agent("by", "echo").do("serve_udp", at, port)
    for side, group in SIDES:
        for kind in KINDS:
            for peer in (c.v4(3, 9), c.v4(3, 8)):
                c.agent(side).do("once", kind, c.v4(group), peer, 80, 5)


def own_translated(c):
    """Addresses of a class whose processes here talk with one there; n = 9 is what n = 1 becomes."""
    here = [f"addr add {c.veth(group, n)}/16 dev acc0" for group in (1, 2) for n in (1, 9)]
    return here, [f"addr add {c.veth(3)}/16 dev acc1"]


def changed_source_prepare(c):
    rules = [f"ip saddr {c.veth(group)} meta l4proto {{ tcp, udp }} snat to {c.veth(group, 9)}:2000-2999" for _, group in SIDES]
    translate(
        f"""table ip changed_source {{
            chain postrouting {{
                type nat hook postrouting priority 100;
                {chr(10).join(rules)}
            }}
        }}"""
    )


def changed_source(c):
    c.agent("by", "echo", there=True).do("serve_tcp", c.veth(3), 7)
    c.agent("by", "echo", there=True).do("serve_udp", c.veth(3), 7)
    for side, group in SIDES:
        for kind in KINDS:
            c.agent(side).do("once", kind, c.veth(group), c.veth(3), 7, 5)


def server_behind_prepare(c):
    """Port 80 of a side is its server's port 8080; port 81 is a port of the interface's first address."""
    rules = []
    for _, group in SIDES:
        both = f"ip daddr {c.veth(group)} meta l4proto {{ tcp, udp }}"
        rules.append(f"{both} th dport 80 dnat to {c.veth(group)}:8080")
        rules.append(f"{both} th dport 81 redirect to :{8080 + group}")
    translate(
        f"""table ip server_behind {{
            chain prerouting {{
                type nat hook prerouting priority -100;
                {chr(10).join(rules)}
            }}
        }}"""
    )
    # A bystander has the ports, too; what is sent to them does not reach it. Like the client it is long known.
    for port in (80, 81):
        c.agent("by", "holder").do("serve_udp", "", port)
    c.agent("by", "client", there=True).do("receive_udp", c.veth(3), 7304)


def server_behind(c):
    client = c.agent("by", "client", there=True)
    for side, group in SIDES:
        c.agent(side, "server").do("serve_tcp", c.veth(group), 8080)
        c.agent(side, "server").do("serve_udp", c.veth(group), 8080)
        c.agent(side, "redirected").do("serve_tcp", "", 8080 + group)
        # Bound to no address it would answer from another one than the translation knows.
        c.agent(side, "redirected").do("serve_udp", "10.0.3.1", 8080 + group)
        for kind in KINDS:
            for port in (80, 81):
                client.do("once", kind, c.veth(3), c.veth(group), port, 5)


# --- VLAN tags


def tagged_network(c):
    here, there = [], []
    for i, (name, _) in enumerate(TAGGED):
        here.append(f"link add {name}0 type veth peer name {name}1")
        here.append(f"link set {name}1 netns {c.stage.there.pid}")
        here.append(f"link set {name}0 up")
        there.append(f"link set {name}1 up")
        for group in (1, 2):
            here.append(f"addr add {c.veth(group, i + 1)}/32 peer {c.veth(3, i + 1)} dev {name}0")
            there.append(f"addr add {c.veth(3, i + 1)}/32 peer {c.veth(group, i + 1)} dev {name}1")
    return here, there


def tagged_prepare(c):
    """By programs at the interfaces, because few test machines have VLAN interfaces."""
    compiled = c.path("vlan_tags.o")
    headers = f"/usr/include/{os.uname().machine}-linux-gnu"
    source = os.path.join(HERE, "vlan_tags.bpf.c")
    subprocess.run(["clang", "-target", "bpf", "-O2", "-g", "-I" + headers, "-c", source, "-o", compiled], check=True)
    for name, tags in TAGGED:
        for end, enter in (("0", []), ("1", c.stage.enter_there())):
            subprocess.run([*enter, "tc", "qdisc", "add", "dev", name + end, "clsact"], check=True)
            for direction, section in (("egress", f"push{tags}"), ("ingress", "pop")):
                command = ["tc", "filter", "add", "dev", name + end, direction, "bpf", "da", "obj", compiled, "sec", section]
                subprocess.run([*enter, *command], check=True)


def tagged(c):
    for n in (1, 2):
        c.agent("by", "echo", there=True).do("serve_tcp", c.veth(3, n), 7)
        c.agent("by", "echo", there=True).do("serve_udp", c.veth(3, n), 7)
        for side, group in SIDES:
            for kind in KINDS:
                c.agent(side).do("once", kind, c.veth(group, n), c.veth(3, n), 7, 5)
            c.agent(side).do("connect", "udp", c.veth(group, n), c.veth(3, n), 7)
            c.agent(side).do("talk", 5, 4000)
            c.agent(side).do("close")


# --- IPv6 with more than one header


def six_network(c):
    """Neighbours are told: what the kernel asks for itself is no process's."""
    here = ["link set acc0 address 02:00:00:00:00:01", f"route add {c.v6(3, 2)} dev acc0"]
    here.append(f"neigh replace {c.v6(3, 2)} lladdr 02:00:00:00:00:02 nud permanent dev acc0")
    there = ["link set acc1 address 02:00:00:00:00:02", f"addr add {c.v6(3, 2)}/128 dev lo nodad"]
    for group in (1, 2):
        there.append(f"route add {c.v6(group)} dev acc1")
        there.append(f"neigh replace {c.v6(group)} lladdr 02:00:00:00:00:01 nud permanent dev acc1")
    return here, there


def extension_headers(c):
    """Destination options, hop-by-hop options, both; and in fragments larger than the MTU."""
    for at, there in ((c.v6(3), False), (c.v6(3, 2), True)):
        echo = c.agent("by", "echo-there" if there else "echo", there=there)
        echo.do("serve_tcp", at, 7)
        echo.do("serve_udp", at, 7)
        for side, group in SIDES:
            agent = c.agent(side)
            for headers in ([60], [0], [0, 60]):
                for kind in KINDS:
                    agent.do("connect_with_headers", kind, c.v6(group), at, 7, headers)
            agent.do("talk", 3)
            agent.do("close")
            agent.do("connect_with_headers", "udp-unconnected", c.v6(group), at, 7, [0, 60])
            agent.do("talk", 3, 4000)
            agent.do("close")


# --- no link layer


def tun_network(c):
    here = [f"tuntap add mode tun {TUN}", f"link set {TUN} addrgenmode none", f"link set {TUN} up"]
    here += [f"addr add {c.veth(group)}/32 dev {TUN}" for group in (1, 2)]
    here.append(f"route add {c.veth(3)} dev {TUN}")
    return here, []


def tun(c):
    """What comes out of the interface goes back with its ends changed, as from an echo server."""
    c.agent("by", "far-end").do("reflect", TUN)
    for side, group in SIDES:
        for kind in ("udp", "udp-unconnected"):
            c.agent(side).do("once", kind, c.veth(group), c.veth(3), 7, 10)


CLASSES = [
    ("NAT: destination of own connections changed", changed_destination_prepare, changed_destination),
    ("NAT: source of own connections changed", changed_source_prepare, changed_source, own_translated),
    ("NAT: servers behind a translated port", server_behind_prepare, server_behind, own_translated),
    ("VLAN and QinQ", tagged_prepare, tagged, tagged_network),
    ("IPv6 extension headers and fragments", nothing, extension_headers, six_network),
    ("raw IP (tun)", nothing, tun, tun_network),
]
