"""What a kernel and all that it has started hold together.

A limit on each process is none on their sum: a notebook that forks gets as much again each time.
"""

import contextlib
import os
import signal
import time
from collections.abc import Sequence

import psutil

from stockcast_lib.core.errors import StockcastError, TooManyProcesses, TooMuchMemory
from stockcast_lib.execution.limits import MEGABYTE, Limits

_STOP_SECONDS = 10.0


def overdrawn(kernel: int, limits: Limits) -> StockcastError | None:
    """The limit that a kernel's processes are beyond, if there is one.

    Args:
        kernel: its process id; nothing is beyond a limit once it has ended.
        limits: what they may hold.
    """
    try:
        root = psutil.Process(kernel)
        family = [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return None
    if len(family) > limits.processes:
        return too_many(limits)
    # Forks share most of their pages: only who may be beyond the limit is worth an exact count.
    if _resident(family) > limits.memory_bytes and _held(family) > limits.memory_bytes:
        size = limits.memory_bytes // MEGABYTE
        return TooMuchMemory(
            f"The notebook's processes together held more than {size} MB: hold less at once."
        )
    return None


def too_many(limits: Limits) -> TooManyProcesses:
    """What a run ends with that started more processes than it may."""
    return TooManyProcesses(
        f"The notebook ran more than {limits.processes} processes at once: start fewer."
    )


def kill_descendants(kernel: int) -> None:
    """Kill all that a kernel has started, however fast that forks; the kernel is left stopped."""
    deadline = time.monotonic() + _STOP_SECONDS
    stopped: dict[int, psutil.Process] = {}
    with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError):
        # One call for all that have not left the kernel's group: who forks fast outruns a list.
        os.killpg(kernel, signal.SIGSTOP)
        root = psutil.Process(kernel)
        # Who is stopped neither forks nor ends, so that none of its children is lost from sight.
        while fresh := [each for each in root.children(recursive=True) if each.pid not in stopped]:
            for each in fresh:
                stopped[each.pid] = each
                with contextlib.suppress(psutil.NoSuchProcess):
                    each.suspend()
            if time.monotonic() > deadline:
                break
    for each in stopped.values():
        with contextlib.suppress(psutil.NoSuchProcess):
            each.kill()


def _resident(family: Sequence[psutil.Process]) -> int:
    return sum(_memory(each, exact=False) for each in family)


def _held(family: Sequence[psutil.Process]) -> int:
    return sum(_memory(each, exact=True) for each in family)


def _memory(process: psutil.Process, *, exact: bool) -> int:
    """Bytes; exact: a page that n processes share counts as 1/n in each."""
    try:
        size = process.memory_full_info().pss if exact else process.memory_info().rss
    except psutil.AccessDenied:  # a program that runs as somebody else
        size = process.memory_info().rss
    except psutil.NoSuchProcess:
        return 0
    return int(size)
