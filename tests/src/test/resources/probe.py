"""Looks at a zone from inside and prints what it sees as one JSON object.

Uses system calls and files only, so that it needs nothing but a python3 in the zone.
"""

import ctypes
import errno
import json
import os
import stat
import sys

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def lines(path):
    try:
        with open(path, encoding="latin-1") as file:
            return file.read().splitlines()
    except OSError as error:
        return ["error: " + errno.errorcode.get(error.errno, str(error.errno))]


def status():
    fields = {}
    for line in lines("/proc/self/status"):
        key, _, value = line.partition(":")
        fields[key] = value.strip()
    return fields


def descriptors():
    found = {}
    for name in os.listdir("/proc/self/fd"):
        try:
            found[name] = os.readlink("/proc/self/fd/" + name)
        except FileNotFoundError:
            pass  # the one that listed the directory
    return found


def masked(path):
    try:
        seen = os.stat(path)
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error.errno))
    if stat.S_ISCHR(seen.st_mode):
        return "char %d:%d" % (os.major(seen.st_rdev), os.minor(seen.st_rdev))
    if stat.S_ISDIR(seen.st_mode):
        return "directory with %d entries" % len(os.listdir(path))
    return "file of %d bytes" % seen.st_size


def writable(path):
    """Whether a write changes something; tries a name that cannot exist, and opens files for writing."""
    try:
        if os.path.isdir(path):
            os.mkdir(path + "/polder-probe")
            os.rmdir(path + "/polder-probe")
        else:
            os.close(os.open(path, os.O_WRONLY))
        return "writable"
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error.errno))


def devices():
    found = {}
    for name in sorted(os.listdir("/dev")):
        seen = os.lstat("/dev/" + name)
        if stat.S_ISCHR(seen.st_mode) or stat.S_ISBLK(seen.st_mode):
            kind = "c" if stat.S_ISCHR(seen.st_mode) else "b"
            found[name] = "%s %d:%d" % (kind, os.major(seen.st_rdev), os.minor(seen.st_rdev))
        elif stat.S_ISLNK(seen.st_mode):
            found[name] = "-> " + os.readlink("/dev/" + name)
        else:
            found[name] = oct(seen.st_mode)
    return found


def call(number, *arguments):
    ctypes.set_errno(0)
    result = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(a) for a in arguments])
    if result == -1:
        return errno.errorcode.get(ctypes.get_errno(), str(ctypes.get_errno()))
    return "ok"


def sweep():
    """What refused calls answer. Arguments are invalid on purpose, so nothing happens where they are allowed."""
    bad = -1
    calls = {
        "add_key": 248, "keyctl": 250, "request_key": 249, "bpf": 321, "perf_event_open": 298,
        "userfaultfd": 323, "io_uring_setup": 425, "open_by_handle_at": 304, "kexec_load": 246,
        "init_module": 175, "finit_module": 313, "delete_module": 176, "mount": 165, "umount2": 166,
        "move_mount": 429, "open_tree": 428, "fsopen": 430, "pivot_root": 155, "setns": 308,
        "sethostname": 170, "swapon": 167, "acct": 163, "quotactl": 179, "syslog": 103,
        "settimeofday": 164, "clock_settime": 227, "iopl": 172, "ioperm": 173, "kcmp": 312,
        "fanotify_init": 300, "lookup_dcookie": 212, "clone3": 435, "unshare": 272,
        "getpid": 39, "openat": 257,
    }
    return {name: call(number, bad, bad, bad, bad, bad) for name, number in calls.items()}


def sockets():
    import socket

    result = {}
    for family in list(range(0, 51)):
        try:
            socket.socket(family, socket.SOCK_STREAM).close()
            result[str(family)] = "ok"
        except OSError as error:
            result[str(family)] = errno.errorcode.get(error.errno, str(error.errno))
    return result


MASKED = [
    "/proc/acpi", "/proc/asound", "/proc/interrupts", "/proc/kcore", "/proc/keys",
    "/proc/latency_stats", "/proc/sched_debug", "/proc/scsi", "/proc/timer_list",
    "/proc/timer_stats", "/sys/devices/virtual/powercap", "/sys/firmware",
]
READ_ONLY = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger", "/sys"]

print(
    json.dumps(
        {
            "status": status(),
            "fds": descriptors(),
            "masked": {path: masked(path) for path in MASKED},
            "read_only": {path: writable(path) for path in READ_ONLY},
            "devices": devices(),
            "mounts": lines("/proc/self/mountinfo"),
            "uid_map": lines("/proc/self/uid_map"),
            "gid_map": lines("/proc/self/gid_map"),
            "cgroup": lines("/proc/self/cgroup"),
            "namespaces": {n: os.readlink("/proc/self/ns/" + n) for n in os.listdir("/proc/self/ns")},
            "calls": sweep(),
            "sockets": sockets(),
            "environment": dict(os.environ),
            "links": sorted(os.listdir("/sys/class/net")) if os.path.isdir("/sys/class/net") else [],
            "cwd": os.getcwd(),
            "umask": oct(os.umask(0o22)),
            "groups": os.getgroups(),
            "uid": os.getresuid(),
            "oom_score_adj": lines("/proc/self/oom_score_adj"),
            "hostname": os.uname().nodename,
        },
        sort_keys=True,
    )
)
sys.stdout.flush()
