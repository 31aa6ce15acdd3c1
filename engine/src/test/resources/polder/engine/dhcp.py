"""A DHCP client that asks whatever it is told to, below IP, from the interface eth0.

Each argument is a request: words apart by commas, such as "3,asked=10.1.0.3", first the type of the
message. At the end it asks once more for an offer, and prints what was answered until that one came:
the number of the request, the type, the address, where the frame and the packet went, options.
"""
import socket
import struct
import sys


def four(address):
    return socket.inet_aton(address)


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def packet(source, target, body):
    data = struct.pack("!HHHH", 68, 67, 8 + len(body), 0) + body
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(data), 0, 0, 64, 17, 0, four(source),
                       four(target))
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + data


def request(number, words, mac):
    kind, *rest = words.split(",")
    said = dict(each.split("=") for each in rest)
    own = said.get("own", "0.0.0.0")
    card = bytes.fromhex(said["card"].replace(":", "")) if "card" in said else mac
    options = bytes([53, 1, int(kind)])
    if "asked" in said:
        options += bytes([50, 4]) + four(said["asked"])
    if "server" in said:
        options += bytes([54, 4]) + four(said["server"])
    flags = 0x8000 if "all" in said else 0
    body = struct.pack("!BBBBIHH4s4s4s4s16s192sI", 1, 1, 6, 0, number, 0, flags, four(own),
                       b"\0" * 4, b"\0" * 4, b"\0" * 4, card, b"", 0x63825363) + options + b"\xff"
    to = said.get("to", "255.255.255.255")
    return b"\xff" * 6 + mac + b"\x08\0" + packet(said.get("from", own), to, body)


def answer(frame, number, body):
    options = {}
    at = 240
    while body[at] != 255:
        options[body[at]] = body[at + 2:at + 2 + body[at + 1]]
        at += 2 + body[at + 1]
    words = [str(number), str(options[53][0]), socket.inet_ntoa(body[16:20]),
             frame[:6].hex(":"), socket.inet_ntoa(frame[30:34])]
    if 12 in options:
        words.append(options[12].decode())
    return " ".join(words)


def main():
    link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0800))
    link.bind(("eth0", 0x0800))
    mac = link.getsockname()[4]
    wanted = sys.argv[1:] + ["1"]
    for i, each in enumerate(wanted):
        link.send(request(i + 1, each, mac))
    while True:
        frame = link.recv(65536)
        if frame[23] != 17 or frame[36:38] != b"\0\x44":
            continue
        body = frame[42:]
        number = struct.unpack("!I", body[4:8])[0]
        if number == len(wanted):
            print("end", socket.inet_ntoa(body[16:20]))
            return
        print(answer(frame, number, body))


main()
