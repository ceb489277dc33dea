"""What Linux offers a process that starts others, and Python's own library does not name.

Where `AVAILABLE` is false nothing else here may be called.
"""

import contextlib
import ctypes
import os
import signal
import sys
from pathlib import Path

import psutil

AVAILABLE = sys.platform == "linux" and hasattr(os, "pidfd_open")

_PR_SET_PDEATHSIG = 1
_PR_GET_DUMPABLE = 3
_PR_SET_DUMPABLE = 4
_PR_SET_CHILD_SUBREAPER = 36
_PR_SET_NO_NEW_PRIVS = 38


def _prctl(option: int, value: int = 0) -> int:
    answer: int = ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)
    if answer < 0:
        raise OSError(ctypes.get_errno(), "prctl failed")
    return answer


def die_with_parent(parent: int, number: int = signal.SIGKILL) -> None:
    """Be sent a signal when the parent's thread that forked this process ends.

    If it has ended already, this process does so now.
    """
    _prctl(_PR_SET_PDEATHSIG, number)
    if os.getppid() != parent:
        os._exit(1)


def adopt_orphans() -> None:
    """Become the parent of whatever this process's descendants leave behind."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def give_way(niceness: int) -> None:
    """Leave the processor to others where it is short; this process leads a session."""
    os.nice(niceness)
    # Where each session gets an equal share of the processor, a process's own niceness counts
    # within its session alone. A container has no such shares.
    with contextlib.suppress(OSError):
        Path("/proc/self/autogroup").write_text(str(niceness), encoding="ascii")


def gain_no_privileges() -> None:
    """Neither this process nor any that it starts gains rights by a program that it runs."""
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)


def set_dumpable(allowed: bool) -> None:
    """Whether processes of the same user may read this one's memory and environment."""
    _prctl(_PR_SET_DUMPABLE, int(allowed))


def hide_from_other_processes() -> None:
    """`set_dumpable(False)`, where there is such a thing."""
    if AVAILABLE:
        set_dumpable(allowed=False)


def is_dumpable() -> bool:
    """See `set_dumpable`."""
    return _prctl(_PR_GET_DUMPABLE) == 1


def child_pids() -> set[int]:
    """The processes whose parent is this one, which has one thread; zombies included."""
    me = os.getpid()
    try:
        text = Path(f"/proc/{me}/task/{me}/children").read_text(encoding="ascii")
    except OSError:  # a kernel built without that file
        return {child.pid for child in psutil.Process().children()}
    return {int(pid) for pid in text.split()}
