"""Starting a process so that it cannot outlive this one, and ending it with all it started."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import psutil

_LAUNCHER = Path(__file__).with_name("launch.py")
_PR_SET_CHILD_SUBREAPER = 36
_POLL_SECONDS = 0.05
_LAST_WAIT_SECONDS = 1.0


def adopt_orphans() -> None:
    """Make this process the parent of whatever its descendants leave behind (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)


def spawn(argv: Sequence[str], env: Mapping[str, str], log: Path) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own, its output appended to `log`.

    On Linux the kernel kills it when the calling thread ends: call this from the main thread.
    """
    launcher = [sys.executable, "-I", "-S", str(_LAUNCHER), str(os.getpid())]
    with open(log, "ab", opener=_private) as output:
        return subprocess.Popen(  # noqa: S603  # our own, no shell  # nosec B603
            [*launcher, *argv],
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            umask=0o077,
        )


def has_ended(process: subprocess.Popen[bytes]) -> bool:
    """Whether it has ended; its process id stays reserved until `Popen.wait`."""
    if process.returncode is not None:
        return True
    try:
        return psutil.Process(process.pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def end(processes: Iterable[subprocess.Popen[bytes]], grace: float) -> None:
    """SIGTERM, then after `grace` seconds SIGKILL, to the processes and to all they started."""
    processes = list(processes)
    relatives = _descendants(processes)
    for process in processes:
        if not has_ended(process):
            process.terminate()
    deadline = time.monotonic() + grace
    while not all(map(has_ended, processes)) and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)
    relatives |= _descendants(processes)
    for process in processes:
        _kill_group(process)
    _kill(relatives)
    for process in processes:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_LAST_WAIT_SECONDS)


def kill_orphans(known: Iterable[subprocess.Popen[bytes]] = ()) -> None:
    """SIGKILL what this process has adopted: every descendant that hangs on no known process."""
    pids = {process.pid for process in known}
    orphans = {child for child in psutil.Process().children() if child.pid not in pids}
    for orphan in list(orphans):
        with contextlib.suppress(psutil.NoSuchProcess):
            orphans.update(orphan.children(recursive=True))
    _kill(orphans)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _descendants(processes: Iterable[subprocess.Popen[bytes]]) -> set[psutil.Process]:
    # Without the processes themselves: only `Popen.wait` may reap them, or their status is lost.
    found: set[psutil.Process] = set()
    for process in processes:
        if process.returncode is None:
            with contextlib.suppress(psutil.NoSuchProcess):
                found.update(psutil.Process(process.pid).children(recursive=True))
    return found


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    # Only before it is reaped is its id certain to be its own.
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)


def _kill(processes: set[psutil.Process]) -> None:
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(list(processes), timeout=_LAST_WAIT_SECONDS)
