"""Landlock: Linux's way for a process to give up, for good, what it does not need.

Three system calls, which glibc does not wrap; see landlock(7). What is not handled by the running
kernel's ABI is not asked for: `abi` says which it is.
"""

import ctypes
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from stockcast_lib.execution import linux

# The first with rules for TCP; Linux 6.7.
TCP_ABI = 4
_SCOPES_ABI, _IOCTL_ABI, _TRUNCATE_ABI, _REFER_ABI = 6, 5, 3, 2
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_ASK_VERSION = 1
_PATH_BENEATH, _NET_PORT = 1, 2

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_MAKE_SOCK = 1 << 9
_REFER, _TRUNCATE, _IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
_FIRST_ABI_FS = (1 << 13) - 1
_MAKE_DEVICES = (1 << 6) | (1 << 11)
_CONNECT_TCP = 1 << 1
_ALL_NET = 0b11
_ALL_SCOPES = 0b11

READ = _EXECUTE | _READ_FILE | _READ_DIR
READ_AND_WRITE_FILE = _READ_FILE | _WRITE_FILE | _TRUNCATE
BIND_SOCKETS = _MAKE_SOCK
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV


class _Ruleset(ctypes.Structure):
    _fields_ = (
        ("fs", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64),
    )  # fmt: skip


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


class _NetPort(ctypes.Structure):
    _fields_ = (("allowed", ctypes.c_uint64), ("port", ctypes.c_uint64))


def abi() -> int:
    """The running kernel's, or 0 where it has no Landlock."""
    if not linux.AVAILABLE:
        return 0
    libc = ctypes.CDLL(None, use_errno=True)
    return max(0, int(libc.syscall(_CREATE_RULESET, None, 0, _ASK_VERSION)))


class Ruleset:
    """What a process may still do once it is enforced; without rules, next to nothing.

    Raises:
        OSError: there is no Landlock, or it cannot limit TCP.
    """

    def __init__(self) -> None:
        version = abi()
        if version < TCP_ABI:
            raise OSError(f"Landlock cannot limit TCP here (its ABI is {version}).")
        self._fs = _handled(version)
        scopes = _ALL_SCOPES if version >= _SCOPES_ABI else 0
        attributes = _Ruleset(self._fs, _ALL_NET, scopes)
        size = ctypes.sizeof(attributes) if scopes else ctypes.sizeof(attributes) - 8
        self._descriptor = _call(_CREATE_RULESET, ctypes.byref(attributes), size, 0)

    @property
    def all_in_folder(self) -> int:
        """Every right to files, but to make devices."""
        return self._fs & ~_MAKE_DEVICES

    def allow(self, paths: Iterable[Path], rights: int) -> None:
        """Allow something below folders, or on files; those that are not there are passed over."""
        for path in paths:
            try:
                parent = os.open(path, os.O_PATH | os.O_CLOEXEC)
            except OSError:
                continue
            kept = rights & self._fs & (~0 if path.is_dir() else _OF_FILES)
            rule = _PathBeneath(kept, parent)
            _call(_ADD_RULE, self._descriptor, _PATH_BENEATH, ctypes.byref(rule), 0)
            os.close(parent)

    def allow_connections(self, port: int) -> None:
        """Allow TCP connections to a port, wherever it is."""
        rule = _NetPort(_CONNECT_TCP, port)
        _call(_ADD_RULE, self._descriptor, _NET_PORT, ctypes.byref(rule), 0)

    def enforce(self) -> None:
        """From now on, for this thread and all that it starts. There is no way back."""
        linux.gain_no_privileges()
        _call(_RESTRICT_SELF, self._descriptor, 0)
        os.close(self._descriptor)


def _handled(version: int) -> int:
    rights = _FIRST_ABI_FS
    for since, right in (
        (_REFER_ABI, _REFER), (_TRUNCATE_ABI, _TRUNCATE), (_IOCTL_ABI, _IOCTL_DEV),
    ):  # fmt: skip
        rights |= right if version >= since else 0
    return rights


def _call(number: int, *arguments: Any) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    answer = int(libc.syscall(number, *arguments))
    if answer < 0:
        raise OSError(ctypes.get_errno(), f"the system call {number} failed")
    return answer
