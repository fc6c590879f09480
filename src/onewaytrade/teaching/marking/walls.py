"""Shut a student's code in before it runs: what it may use, read, write, start and reach.

A process calls `shut_in` on itself, and no part of it can be taken back. Nothing here needs a privilege or other
software, so that it works in a container as well, where namespaces often are forbidden: limits of the system
(setrlimit), no capability, Landlock for files, and a filter of system calls (seccomp) for processes, signals,
sockets and the permissions of files. What a system lacks is left out, and what stands is tried, not believed.
"""

import contextlib
import ctypes
import errno
import math
import os
import platform
import signal
import socket
import struct
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

MEMORY: Final = "memory"
FILES: Final = "files"
PROCESSES: Final = "processes"
NETWORK: Final = "network"
# What each wall keeps, in the order in which they are told; `STANDING` for those that stand, `MISSING` for others.
STANDING: Final = {
    MEMORY: "its memory, its time and the files that it writes are bounded",
    FILES: "it can read the software and the lesson’s data alone, and write into a folder of its own alone",
    PROCESSES: "it can neither start other processes nor signal those that run",
    NETWORK: "it has no network",
}
MISSING: Final = {
    MEMORY: "its memory is not bounded",
    FILES: "it can read and write whatever you can; notebooks that were changed are put back after the run",
    PROCESSES: "it can start other processes; those that leave its session may outlive the run",
    NETWORK: "it can use the network",
}

_LONGEST_FILE: Final = 32 << 20
_OPEN_FILES: Final = 128
_LIBC: Final = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True, slots=True)
class Limits:
    """How many seconds a notebook may compute, and how many megabytes more than the empty process it may use.

    Time is that of the processor, so that a busy machine stops nobody who would have ended on an idle one.
    """

    seconds: float
    memory: int

    @property
    def patience(self) -> float:
        """How many seconds it may take in all, waiting included."""
        return 3 * self.seconds


def shut_in(room: Path, readable: Iterable[str], limits: Limits) -> tuple[str, ...]:
    """Raise around this process all walls that the system has, and return the names of those that stand.

    From now on it writes into `room` alone and reads nothing but that and the paths `readable`. It must have one
    thread.
    """
    bounded = _limit(limits)
    if _LIBC is not None:
        _drop_capabilities()
        # Both walls ask for it: no program that is started from here gains a right.
        _control(_PR_SET_NO_NEW_PRIVS, 1)
        with contextlib.suppress(OSError):
            _fence_files(room, readable)
        with contextlib.suppress(OSError):
            _filter_calls()
    found = {MEMORY: bounded, FILES: _files_stand(room), PROCESSES: _processes_stand(), NETWORK: _network_stands()}
    return tuple(name for name, stands in found.items() if stands)


def die_with_parent() -> None:
    """Let the system end this process when its parent ends, where it can."""
    if _LIBC is not None:
        _control(_PR_SET_PDEATHSIG, signal.SIGKILL)


def adopt_orphans() -> None:
    """Become the parent of every process below this one whose own parent ends, where the system can."""
    if _LIBC is not None:
        _control(_PR_SET_CHILD_SUBREAPER, 1)


def software() -> tuple[str, ...]:
    """Return the paths that Python and its packages are read from."""
    places = (sys.prefix, sys.base_prefix, sys.exec_prefix, *sys.path, *_OF_THE_SYSTEM)
    return tuple(dict.fromkeys(place for place in places if place and Path(place).exists()))


# Shared libraries, fonts and time zones; of /etc only what tells nothing of anyone.
_OF_THE_SYSTEM: Final = (
    "/usr",
    "/lib",
    "/lib64",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/fonts",
    "/dev/urandom",
    "/dev/random",
    "/dev/zero",
)


# --- limits -----------------------------------------------------------------------------------------------------


def _limit(limits: Limits) -> bool:
    """Set the system's limits; return whether memory is among them."""
    try:
        import resource
    except ImportError:  # as on Windows
        return False
    # Who does not heed the first signal is killed a second later.
    seconds = math.ceil(time.process_time() + limits.seconds)
    bounds = {
        "RLIMIT_CORE": 0,
        "RLIMIT_CPU": seconds,
        "RLIMIT_FSIZE": _LONGEST_FILE,
        "RLIMIT_NOFILE": _OPEN_FILES,
        "RLIMIT_MSGQUEUE": 0,
    }
    used = _address_space()
    if used is not None:
        bounds["RLIMIT_AS"] = used + (limits.memory << 20)
    for name, most in bounds.items():
        kind = getattr(resource, name, None)
        if kind is not None:
            with contextlib.suppress(ValueError, OSError):
                last = most + 1 if name == "RLIMIT_CPU" else most
                hard = resource.getrlimit(kind)[1]
                hard = last if hard == resource.RLIM_INFINITY else min(last, hard)
                resource.setrlimit(kind, (min(most, hard), hard))
    # A file that grows too long is an error to the cell that writes it, not the end of the notebook.
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    return used is not None and resource.getrlimit(resource.RLIMIT_AS)[0] != resource.RLIM_INFINITY


def _address_space() -> int | None:
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except (OSError, ValueError):
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")


def _drop_capabilities() -> None:
    """Give up what root may do beyond what the owner of a file may; nothing happens to anyone else."""
    header = struct.pack("=Ii", 0x20080522, 0)
    _LIBC.capset(header, bytes(24))  # type: ignore[union-attr] # only called where there is one


# --- files: Landlock --------------------------------------------------------------------------------------------

_PR_SET_PDEATHSIG: Final = 1
_PR_SET_SECCOMP: Final = 22
_PR_SET_CHILD_SUBREAPER: Final = 36
_PR_SET_NO_NEW_PRIVS: Final = 38

# The same numbers on every architecture.
_CREATE_RULESET: Final = 444
_ADD_RULE: Final = 445
_RESTRICT_SELF: Final = 446
_VERSION: Final = 1  # the flag that asks for it

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_TRUNCATE, _IOCTL = 1 << 14, 1 << 15
_OF_A_FILE: Final = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL
# What each version of Landlock added: rights on files, then (from the fourth) kinds of network and of scope.
_RIGHTS: Final = {1: (1 << 13) - 1, 2: 1 << 13, 3: _TRUNCATE, 5: _IOCTL}
_NETWORK_SINCE: Final = 4
_SCOPE_SINCE: Final = 6


def _fence_files(room: Path, readable: Iterable[str]) -> None:
    version = _call(_CREATE_RULESET, None, 0, _VERSION)
    every = sum(rights for since, rights in _RIGHTS.items() if since <= version)
    attributes = struct.pack("=Q", every)
    if version >= _NETWORK_SINCE:
        attributes += struct.pack("=Q", 0b11)  # no address to bind or to connect to
    if version >= _SCOPE_SINCE:
        attributes += struct.pack("=Q", 0b11)  # no abstract socket, and no signal, outside of this process
    rules = _call(_CREATE_RULESET, attributes, len(attributes), 0)
    try:
        for place in readable:
            with contextlib.suppress(OSError):
                _allow(rules, place, _READ_FILE | _READ_DIR | _EXECUTE)
        _allow(rules, os.devnull, _READ_FILE | _WRITE_FILE | _TRUNCATE & every)
        _allow(rules, str(room), every)
        _call(_RESTRICT_SELF, rules, 0)
    finally:
        os.close(rules)


def _allow(rules: int, place: str, rights: int) -> None:
    handle = os.open(place, os.O_PATH | os.O_CLOEXEC)
    try:
        if not Path(place).is_dir():
            rights &= _OF_A_FILE
        _call(_ADD_RULE, rules, 1, struct.pack("=Qi", rights, handle), 0)
    finally:
        os.close(handle)


def _control(option: int, value: int, more: bytes | None = None) -> int:
    """Set something of this process; return what is not 0 if the system refuses."""
    zero = ctypes.c_ulong(0)
    found: int = _LIBC.prctl(option, ctypes.c_ulong(value), more or zero, zero, zero)  # type: ignore[union-attr]
    return found


def _call(number: int, *arguments: bytes | int | None) -> int:
    """Make a system call that the C library has no name for; raises OSError."""
    passed = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
    found: int = _LIBC.syscall(ctypes.c_long(number), *passed)  # type: ignore[union-attr]
    if found < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return found


# --- processes, signals, sockets: seccomp -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Machine:
    """An architecture: its number in a filter, and where its numbers of calls stand in `_DENIED`."""

    audit: int
    column: int


_MACHINES: Final = {"x86_64": _Machine(0xC000003E, 0), "aarch64": _Machine(0xC00000B7, 1)}
# Calls that are refused, with their numbers on x86-64 and on 64-bit Arm (None: it has no such call).
_DENIED: Final[dict[str, tuple[int | None, int | None]]] = {
    # other processes
    "fork": (57, None),
    "vfork": (58, None),
    "execve": (59, 221),
    "execveat": (322, 281),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "tkill": (200, 130),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "pidfd_send_signal": (424, 424),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "setpriority": (141, 140),
    "sched_setparam": (142, 118),
    "sched_setscheduler": (144, 119),
    "sched_setaffinity": (203, 122),
    "sched_setattr": (314, 274),
    "ioprio_set": (251, 30),
    "setrlimit": (160, 164),
    # the network, and a way around this filter
    "socket": (41, 198),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    # memory that outlives the process or escapes its limit
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "shmat": (30, 196),
    "msgget": (68, 186),
    "semget": (64, 190),
    "mq_open": (240, 180),
    # what Landlock does not look at: permissions, owners, times and attributes of files, and their length by name
    "chmod": (90, None),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "chown": (92, None),
    "lchown": (94, None),
    "fchown": (93, 55),
    "fchownat": (260, 54),
    "truncate": (76, 45),
    "utime": (132, None),
    "utimes": (235, None),
    "futimesat": (261, None),
    "utimensat": (280, 88),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "fremovexattr": (199, 16),
    "setxattrat": (463, 463),
    "removexattrat": (466, 466),
    "file_setattr": (469, 469),
    # namespaces, in which an ordinary user is root, and the insides of the kernel
    "unshare": (272, 97),
    "setns": (308, 268),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
}
_CLONE: Final = (56, 220)
_CLONE3: Final = (435, 435)
_KILL: Final = (62, 129)
_TGKILL: Final = (234, 131)
_PRLIMIT: Final = (302, 261)
_CLONE_THREAD: Final = 0x10000
_FOREIGN_ABI: Final = 0x40000000  # x32, whose numbers are others

# A filter is a program for a small machine: load a word, compare, jump forward, return.
_LOAD, _AND, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x54, 0x15, 0x35, 0x06
_ALLOW: Final = 0x7FFF0000
_REFUSE: Final = 0x00050000
_AT_NUMBER: Final = 0
_AT_MACHINE: Final = 4


def _argument(index: int) -> int:
    """Return where the low half of an argument of a call lies; both machines have the low half first."""
    return 16 + 8 * index


def _filter_calls() -> None:
    machine = _MACHINES.get(platform.machine())
    if machine is None or sys.maxsize < 2**32:
        raise OSError(errno.ENOSYS, "no filter of calls is known for this machine")
    program = b"".join(_program(machine, os.getpid()))
    held = ctypes.create_string_buffer(program, len(program))
    told = struct.pack("@HP", len(program) // 8, ctypes.addressof(held))
    if _control(_PR_SET_SECCOMP, 2, told):
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


def _program(machine: _Machine, own: int) -> Iterator[bytes]:
    """Yield the instructions of the filter for the process of number `own`."""
    refuse = _step(_RETURN, _REFUSE | errno.EPERM)
    allow = _step(_RETURN, _ALLOW)
    yield _step(_LOAD, _AT_MACHINE)
    yield _step(_EQUAL, machine.audit, 1, 0)
    yield refuse
    yield _step(_LOAD, _AT_NUMBER)
    yield _step(_AT_LEAST, _FOREIGN_ABI, 0, 1)
    yield refuse
    numbers = [pair[machine.column] for pair in _DENIED.values()]
    for number in numbers:
        if number is not None:
            yield _step(_EQUAL, number, 0, 1)
            yield refuse
    # The C library falls back to clone, whose flags a filter can see.
    yield _step(_EQUAL, _CLONE3[machine.column], 0, 1)
    yield _step(_RETURN, _REFUSE | errno.ENOSYS)
    yield from _if(_CLONE[machine.column], _threads_only(allow, refuse))
    for call in (_KILL, _TGKILL):
        yield from _if(call[machine.column], _own_only(own, allow, refuse))
    # It may ask for a limit, and set none.
    yield from _if(_PRLIMIT[machine.column], _no_pointer(2, allow, refuse))
    yield allow


def _if(number: int, then: Sequence[bytes]) -> Iterator[bytes]:
    yield _step(_EQUAL, number, 0, len(then))
    yield from then


def _threads_only(allow: bytes, refuse: bytes) -> list[bytes]:
    return [_step(_LOAD, _argument(0)), _step(_AND, _CLONE_THREAD), _step(_EQUAL, 0, 1, 0), allow, refuse]


def _own_only(own: int, allow: bytes, refuse: bytes) -> list[bytes]:
    return [_step(_LOAD, _argument(0)), _step(_EQUAL, own, 0, 1), allow, refuse]


def _no_pointer(index: int, allow: bytes, refuse: bytes) -> list[bytes]:
    low, high = _argument(index), _argument(index) + 4
    return [_step(_LOAD, low), _step(_EQUAL, 0, 0, 2), _step(_LOAD, high), _step(_EQUAL, 0, 1, 0), refuse, allow]


def _step(code: int, operand: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, operand)


# --- whether they stand -----------------------------------------------------------------------------------------


def _files_stand(room: Path) -> bool:
    """Try to list the folder above one's own, and to write into it."""
    above = room.parent
    try:
        os.listdir(above)  # noqa: PTH208 # it is the call that is tried
    except PermissionError:
        pass
    else:
        return False
    path = above / f"{room.name}.tried"
    try:
        path.touch()
    except PermissionError:
        return True
    path.unlink()
    return False


def _processes_stand() -> bool:
    """Try the harmless one of the calls that one filter refuses: to ask whether one's parent takes a signal."""
    if _LIBC is None:  # on Windows the same call would be no question, but Ctrl-C
        return False
    try:
        os.kill(os.getppid(), 0)
    except PermissionError:
        return True
    except OSError:
        return False
    return False


def _network_stands() -> bool:
    try:
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()
    except PermissionError:
        return True
    except OSError:
        return False
    return False
