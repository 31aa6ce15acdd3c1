"""Sends packets between network namespaces and says which arrive, for the tests of the firewall.

probes.py NAME=NETNS:LINK:MAC ...    one end each

Then, for each line of standard input, a JSON list of packets [id, from, to, source, target, kind,
number, code], it prints a JSON list of the ids that arrived. Each packet begins a flow of its own.
"""
import ctypes
import json
import os
import select
import socket
import struct
import sys
import time

CLONE_NEWNET = 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)


def raw(netns, link):
    home = os.open("/proc/self/ns/net", os.O_RDONLY)
    there = os.open(netns, os.O_RDONLY)
    if LIBC.setns(there, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")
    made = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
    made.bind((link, 0))
    LIBC.setns(home, CLONE_NEWNET)
    os.close(there)
    os.close(home)
    return made


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def packet(number, source, target, kind, port, code):
    six = ":" in source
    family = socket.AF_INET6 if six else socket.AF_INET
    ends = socket.inet_pton(family, source) + socket.inet_pton(family, target)
    mark = b"POLDER:%08d;" % number
    own = 1024 + number % 60000
    if kind == "tcp":
        proto = 6
        body = struct.pack("!HHIIBBHHH", own, port, number, 0, 0x50, 2, 1000, 0, 0) + mark
        at = 16
    elif kind == "udp":
        proto = 17
        body = struct.pack("!HHHH", own, port, 8 + len(mark), 0) + mark
        at = 6
    elif kind in ("icmp", "icmp6"):
        proto = 58 if kind == "icmp6" else 1
        body = struct.pack("!BBHHH", port, code, 0, own, 1) + mark
        at = 2
    else:
        proto = 51 if kind == "ah" else 50
        body = struct.pack("!BBHII", 59, 4, 0, own, number) + b"\0" * 12 + mark
        at = -1
    if at >= 0:
        pseudo = b"" if kind == "icmp" else ends + (
            struct.pack("!II", len(body), proto) if six else struct.pack("!BBH", 0, proto, len(body)))
        body = body[:at] + struct.pack("!H", checksum(pseudo + body)) + body[at + 2:]
    if six:
        return 0x86DD, struct.pack("!IHBB", 0x60000000, len(body), proto, 64) + ends + body
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(body), number & 0xFFFF, 0, 64, proto, 0) + ends
    return 0x0800, head[:10] + struct.pack("!H", checksum(head)) + head[12:] + body


def arrived(ends, wanted):
    """What comes within a moment; waits longer for what is still wanted."""
    heard = set()
    last = time.monotonic()
    begun = last
    while True:
        now = time.monotonic()
        if now - last > (0.03 if wanted <= heard else 1.0) or now - begun > 20:
            return heard
        ready, _, _ = select.select([end for _, end, _ in ends.values()], [], [], 0.02)
        for end in ready:
            frame, address = end.recvfrom(65536)
            mark = frame.find(b"POLDER:")
            proto = frame[23] if frame[12:14] == b"\x08\0" else frame[20]
            to = [name for name, (_, other, _) in ends.items() if other is end][0]
            # what was sent comes by its sender's socket too; errors have it in them
            if address[2] != socket.PACKET_OUTGOING and mark >= 0 and (to, proto) in PLACES.get(
                    int(frame[mark + 7:mark + 15]), ()):
                heard.add(int(frame[mark + 7:mark + 15]))
                last = time.monotonic()


PLACES = {}
PROTOS = {"tcp": 6, "udp": 17, "icmp": 1, "icmp6": 58, "ah": 51, "esp": 50}


def main():
    ends = {}
    for word in sys.argv[1:]:
        name, rest = word.split("=", 1)
        netns, link, mac = rest.split(",")
        ends[name] = (netns, raw(netns, link), bytes.fromhex(mac.replace(":", "")))
    print("ready", flush=True)
    for line in sys.stdin:
        probes, wanted = json.loads(line)
        PLACES.clear()
        for number, _, to, _, _, kind, _, _ in probes:
            PLACES[number] = ((to, PROTOS[kind]),)
        for number, sender, to, source, target, kind, port, code in probes:
            ether, body = packet(number, source, target, kind, port, code)
            ends[sender][1].send(ends[to][2] + ends[sender][2] + struct.pack("!H", ether) + body)
        print(json.dumps(sorted(arrived(ends, set(wanted)))), flush=True)


main()
