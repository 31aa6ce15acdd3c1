"""Many TCP connections from one network namespace to another, for the tests of the firewall.

flows.py SERVER_NETNS CLIENT_NETNS ADDRESS COUNT
Opens COUNT connections and prints "open"; for each line of input says something by each, waits for
the answer, and prints how many answered, how many did not, and how many were reset.
"""
import ctypes
import os
import resource
import select
import socket
import sys
import threading

LIBC = ctypes.CDLL(None, use_errno=True)


def enter(netns):
    there = os.open(netns, os.O_RDONLY)
    if LIBC.setns(there, 0x40000000) != 0:
        raise OSError(ctypes.get_errno(), "setns")
    os.close(there)


def serve(netns, address, ready):
    enter(netns)  # this thread alone
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    server = socket.create_server((address, 7000), family=family, backlog=4096)
    ready.set()
    poll = select.epoll()
    poll.register(server, select.EPOLLIN)
    open_ = {}
    while True:
        for number, _ in poll.poll():
            if number == server.fileno():
                caller, _ = server.accept()
                open_[caller.fileno()] = caller
                poll.register(caller, select.EPOLLIN)
                continue
            try:
                said = open_[number].recv(64)
                if said:
                    open_[number].sendall(said)
                    continue
            except OSError:
                pass
            poll.unregister(number)
            open_.pop(number).close()


def main():
    server, client, address, count = sys.argv[1:5]
    resource.setrlimit(resource.RLIMIT_NOFILE, (8192, 8192))
    ready = threading.Event()
    threading.Thread(target=serve, args=(server, address, ready), daemon=True).start()
    ready.wait(20)
    enter(client)
    flows = []
    for _ in range(int(count)):
        flows.append(socket.create_connection((address, 7000), timeout=20))
    print("open", flush=True)
    for _ in sys.stdin:
        well = silent = reset = 0
        for each in flows:
            try:
                each.settimeout(10)
                each.sendall(b"hello")
                well += each.recv(64) == b"hello"
            except TimeoutError:
                silent += 1
            except OSError:
                reset += 1
        try:
            socket.create_connection((address, 7000), timeout=1).close()
            fresh = "new"
        except OSError:
            fresh = "none"
        print(well, silent, reset, fresh, flush=True)


main()
