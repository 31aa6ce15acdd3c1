"""Sends and counts raw frames, for the tests of what a zone's card may send.

frames.py send KIND COUNT OWN_MAC OWN_IP OWN_IP6 OTHER_IP   sends COUNT frames of KIND by eth0
frames.py tap KIND ...                                    the same, by the tap open as descriptor 3
frames.py count LINK                                      prints "KIND COUNT" lines up to the end's
"""
import os
import socket
import struct
import sys
import time

BROADCAST = b"\xff" * 6
FOREIGN = bytes.fromhex("020000000bad")
MARK = b"POLDER-FRAME:"


def four(text):
    return socket.inet_pton(socket.AF_INET, text)


def six(text):
    return socket.inet_pton(socket.AF_INET6, text)


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ip(source, to, protocol, body, options=b""):
    words = 5 + len(options) // 4
    head = struct.pack("!BBHHHBBH4s4s", 0x40 | words, 0, 4 * words + len(body), 1, 0, 64, protocol,
                       0, four(source), four(to)) + options
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + body


def udp(sport, dport, body):
    return struct.pack("!HHHH", sport, dport, 8 + len(body), 0) + body


def ip6(source, to, header, body):
    return struct.pack("!IHBB", 0x60000000, len(body), header, 255) + six(source) + six(to) + body


def icmp6(source, to, body):
    pseudo = six(source) + six(to) + struct.pack("!II", len(body), 58)
    sum6 = checksum(pseudo + body)
    return ip6(source, to, 58, body[:2] + struct.pack("!H", sum6) + body[4:])


def ether(source, kind, body, to=BROADCAST):
    return to + source + struct.pack("!H", kind) + body


def arp(operation, mac, address, target, wanted):
    return struct.pack("!HHBBH", 1, 0x0800, 6, 4, operation) + mac + four(address) + target + four(
        wanted)


def frame(kind, mac, own, own6, other):
    mark = MARK + kind.encode() + b";"
    everyone = "255.255.255.255"
    nodes = "ff02::1"
    body = udp(1000, 1000, mark)
    if kind == "legal-arp":
        return ether(mac, 0x0806, arp(1, mac, own, b"\0" * 6, other) + mark)
    if kind in ("legal", "end"):
        return ether(mac, 0x0800, ip(own, everyone, 17, body))
    if kind == "legal-six":
        return ether(mac, 0x86DD, ip6(own6, nodes, 17, body))
    if kind == "foreign-mac":
        return ether(FOREIGN, 0x0800, ip(own, everyone, 17, body))
    if kind == "foreign-mac-to-bridge":
        return ether(FOREIGN, 0x88CC, mark, bytes.fromhex("0180c200000e"))
    if kind == "arp-reply":
        return ether(mac, 0x0806, arp(2, mac, other, BROADCAST, other) + mark)
    if kind == "arp-other-mac":
        return ether(mac, 0x0806, arp(2, FOREIGN, own, BROADCAST, own) + mark)
    if kind == "neighbour-advert":
        return ether(mac, 0x86DD,
                     icmp6(own6, nodes,
                           struct.pack("!BBHI", 136, 0, 0, 0x20000000) + six("fd00:1::99")
                           + b"\x02\x01" + mac + mark))
    if kind == "foreign-ip":
        return ether(mac, 0x0800, ip(other, everyone, 17, body))
    if kind == "foreign-ip6":
        return ether(mac, 0x86DD, ip6("fd00:1::99", nodes, 17, body))
    if kind == "router-advert":
        return ether(mac, 0x86DD,
                     icmp6(own6, nodes, struct.pack("!BBHBBHII", 134, 0, 0, 64, 0, 1800, 0, 0)
                           + mark))
    if kind == "dhcp-offer":
        return ether(mac, 0x0800, ip(own, everyone, 17, udp(67, 68, mark)))
    if kind == "dhcp-starvation":
        return ether(mac, 0x0800, ip("0.0.0.0", everyone, 17, udp(68, 67, mark)))
    if kind == "dhcp6-advert":
        return ether(mac, 0x86DD, ip6(own6, nodes, 17, udp(547, 546, mark)))
    if kind == "vlan":
        return ether(mac, 0x8100, struct.pack("!HH", 7, 0x0800) + ip(own, everyone, 17, body))
    if kind == "double-vlan":
        return ether(mac, 0x88A8,
                     struct.pack("!HHHH", 7, 0x8100, 8, 0x0800) + ip(own, everyone, 17, body))
    if kind == "unknown-type":
        return ether(mac, 0x88B5, mark)
    if kind == "source-routed":
        route = b"\x83\x07\x04" + four(other) + b"\0"
        return ether(mac, 0x0800, ip(own, everyone, 17, body, route))
    raise SystemExit("no kind " + kind)


class Tap:
    """As an emulator has it: a header without any wish before each frame."""

    def send(self, each):
        os.write(3, b"\0" * 10 + each)


def card():
    link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    while True:
        try:
            link.bind(("eth0", 0))
            return link
        except OSError:
            time.sleep(0.0005)  # it is not plugged yet


def send(link, kinds, count, mac, own, own6, other):
    frames = [frame(kind, bytes.fromhex(mac.replace(":", "")), own, own6, other) for kind in
              kinds.split(",")]
    for kind, each in zip(kinds.split(","), frames):
        if kind == "end":
            farewell(link, each)
            continue
        sent = 0
        while sent < int(count):
            try:
                link.send(each)
                sent += 1
            except OSError:
                pass  # it is not up yet


def farewell(link, each):
    """A bridge passes nothing on until it has seen that a port is connected."""
    for _ in range(200):
        try:
            link.send(each)
        except OSError:
            pass  # it is not up yet
        time.sleep(0.01)


def count(link):
    seen = {}
    tap = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    tap.setsockopt(socket.SOL_SOCKET, 33, 1 << 26)  # SO_RCVBUFFORCE
    tap.bind((link, 0))
    print("ready", flush=True)
    while "end" not in seen:
        data = tap.recv(65536)
        at = data.find(MARK)
        if at >= 0:
            kind = data[at + len(MARK):data.index(b";", at)].decode()
            seen[kind] = seen.get(kind, 0) + 1
    for kind in sorted(seen):
        print(kind, seen[kind], flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "send":
        send(card(), *sys.argv[2:])
    elif sys.argv[1] == "tap":
        send(Tap(), *sys.argv[2:])
    else:
        count(sys.argv[2])
