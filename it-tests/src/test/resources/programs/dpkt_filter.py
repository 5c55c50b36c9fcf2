"""Filters a capture by the local ports that a process had at each packet's time, as pidcap's predecessor did.

dpkt_filter.py IN OUT FIRST_PORT LAST_PORT: the process has these TCP ports from the beginning.
"""
import sys

import dpkt


class ProcessPortInfo:
    """The ports of a process from this time on."""

    def __init__(self, timestamp, tcp=(), udp=(), tcp6=(), udp6=()):
        self.timestamp = timestamp
        self.tcp = set(tcp)
        self.udp = set(udp)
        self.tcp6 = set(tcp6)
        self.udp6 = set(udp6)


def is_of_process(frame, ports):
    ip = dpkt.ethernet.Ethernet(frame).data
    if isinstance(ip, dpkt.ip.IP):
        tcp, udp = ports.tcp, ports.udp
    elif isinstance(ip, dpkt.ip6.IP6):
        tcp, udp = ports.tcp6, ports.udp6
    else:
        return False
    segment = ip.data
    if isinstance(segment, dpkt.tcp.TCP):
        return segment.sport in tcp or segment.dport in tcp
    if isinstance(segment, dpkt.udp.UDP):
        return segment.sport in udp or segment.dport in udp
    return False


def main():
    source, target, first, last = sys.argv[1:]
    history = [ProcessPortInfo(0.0, tcp=range(int(first), int(last) + 1))]
    with open(source, "rb") as reading, open(target, "wb") as writing:
        reader = dpkt.pcap.Reader(reading)
        writer = dpkt.pcap.Writer(writing, linktype=reader.datalink(), nano=True)
        at = 0
        for timestamp, frame in reader:
            while at + 1 < len(history) and history[at + 1].timestamp <= timestamp:
                at += 1
            if is_of_process(frame, history[at]):
                writer.writepkt(frame, ts=timestamp)
        writer.close()


main()
