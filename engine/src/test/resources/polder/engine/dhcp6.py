"""A DHCPv6 client that asks whatever it is told to, by the interface eth0.

Each argument is a request: words apart by commas, such as "1,rapid=1", first the type of the message;
"router" asks for routers instead. Prints each answer: its type, then options as words, or "nothing"
after two seconds.
"""
import socket
import struct
import sys


def option(number, value):
    return struct.pack("!HH", number, len(value)) + value


def wish(has):
    inside = b"".join(option(5, socket.inet_pton(socket.AF_INET6, each) + b"\0" * 8) for each in has)
    return option(3, struct.pack("!III", 5, 0, 0) + inside)


def options(data):
    while data:
        number, length = struct.unpack("!HH", data[:4])
        yield number, data[4:4 + length]
        data = data[4 + length:]


def words(data):
    said = []
    for number, value in options(data):
        if number == 3:
            said += words(value[12:])
        elif number == 5:
            said.append("%s/%d" % (socket.inet_ntop(socket.AF_INET6, value[:16]),
                                   struct.unpack("!I", value[20:24])[0]))
        elif number == 13:
            said.append("status%d" % struct.unpack("!H", value[:2]))
        elif number == 23:
            said.append("names=" + socket.inet_ntop(socket.AF_INET6, value[:16]))
        elif number == 14:
            said.append("rapid")
    return said


def card(name):
    packets = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM)
    packets.bind((name, 0))
    return packets.getsockname()[4]


def routers(index):
    link = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
    link.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
    link.setsockopt(socket.SOL_SOCKET, 25, b"eth0\0")
    link.settimeout(2)
    link.sendto(struct.pack("!BBHI", 133, 0, 0, 0), ("ff02::2", 0, 0, index))
    try:
        while True:
            data, sender = link.recvfrom(2000)
            if data[0] == 134:
                said, at = ["router", sender[0].split("%")[0], "%02x" % data[5],
                            str(struct.unpack("!H", data[6:8])[0])], 16
                while at < len(data):
                    if data[at] == 3:
                        said.append("%s/%d-%02x" % (socket.inet_ntop(
                            socket.AF_INET6, data[at + 16:at + 32]), data[at + 2], data[at + 3]))
                    at += data[at + 1] * 8
                return " ".join(said)
    except TimeoutError:
        return "nothing"


def ask(link, number, request, server, index):
    kind, *rest = request.split(",")
    said = dict(each.split("=") for each in rest)
    name = bytes.fromhex(said["card"].replace(":", "")) if "card" in said else own
    body = struct.pack("!I", int(kind) << 24 | number) + option(1, b"\0\3\0\1" + name)
    if "server" in said:
        body += option(2, server)
    if "rapid" in said:
        body += option(14, b"")
    body += wish([each for each in said.get("has", "").split("+") if each])
    link.sendto(body, ("ff02::1:2", 547, 0, index))
    try:
        while True:
            data = link.recv(2000)
            if struct.unpack("!I", data[:4])[0] & 0xFFFFFF == number:
                names = [value for key, value in options(data[4:]) if key == 2]
                return names[0], " ".join([str(data[0])] + words(data[4:]))
    except TimeoutError:
        return server, "nothing"


index = socket.if_nametoindex("eth0")
own = card("eth0")
link = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
link.bind(("::", 546))
link.settimeout(2)
server = b""
for i, each in enumerate(sys.argv[1:]):
    if each == "router":
        print(routers(index))
    else:
        server, answer = ask(link, i + 1, each, server, index)
        print(answer)
