"""A bound on a kernel's processes that the system itself keeps.

Whoever only looks (see `descendants`) comes too late for what forks as fast as it can. Where
control groups can be made each kernel has one of its own; else a limit on its user's processes
stands in. Root has none of the latter: there only the looking is left.
"""

import contextlib
import os
import resource
import signal
import time
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from itertools import count
from pathlib import Path

import psutil
import structlog

from stockcast_lib.core.errors import KernelDied
from stockcast_lib.execution import linux

_log = structlog.get_logger()
# The system counts threads: a kernel's own are about ten, the rest is for libraries' pools.
SPARE_TASKS = 32
_PREFIX = "stockcast-"
_MOUNTS = Path("/proc/self/mountinfo")
_MEMBERSHIPS = Path("/proc/self/cgroup")
_END_SECONDS = 5.0
_LOOK_SECONDS = 0.02
_FORK_REFUSED = {"BlockingIOError", "RuntimeError"}  # a thread that cannot start is the latter
_numbers = count(1)


class Means(StrEnum):
    """What bounds a kernel's processes."""

    GROUP = "a control group for each kernel"
    USER = "a limit on this user's processes"
    WATCH = "a look four times a second"


class ProcessLimit:
    """The bound on one kernel's processes; without a group it is the user's, or none.

    Args:
        means: what bounds them.
        group: the kernel's own control group, if it has one.
    """

    def __init__(self, means: Means, group: Path | None = None) -> None:
        self.means = means
        self._group = group

    @property
    def kills(self) -> bool:
        """Whether `kill` reaches all that the kernel has started."""
        return self._group is not None

    def refused(self, error_name: str) -> bool:
        """Whether an error in the notebook came of the bound.

        Args:
            error_name: the class of what was raised there.
        """
        if error_name not in _FORK_REFUSED:
            return False
        if self._group is None:
            return self.means is Means.USER and error_name == "BlockingIOError"
        with contextlib.suppress(OSError):
            events = (self._group / "pids.events").read_text(encoding="ascii").split()
            return "max" in events and int(events[events.index("max") + 1]) > 0
        return False

    def kill(self) -> None:
        """Kill the kernel and all that it has started, whoever forks meanwhile."""
        if self._group is None:
            return
        with contextlib.suppress(FileNotFoundError):
            kill_at_once = self._group / "cgroup.kill"
            if kill_at_once.exists():
                kill_at_once.write_text("1", encoding="ascii")
                return
            # Nobody forks any more: those who are there now are all.
            (self._group / "pids.max").write_text("0", encoding="ascii")
            for pid in (self._group / "cgroup.procs").read_text(encoding="ascii").split():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(pid), signal.SIGKILL)

    def close(self) -> None:
        """Kill what is left, and remove the group. Blocks until that has ended, or for seconds."""
        if self._group is None:
            return
        deadline = time.monotonic() + _END_SECONDS
        while not _removed(self._group):
            self.kill()  # again: a fork that was under way is not listed at once
            if time.monotonic() > deadline:
                _log.warning("kernel.group_left", group=str(self._group))
                return
            time.sleep(_LOOK_SECONDS)


def limit_processes(kernel: int, processes: int) -> ProcessLimit:
    """Bound a kernel that has just been started; may take tens of milliseconds.

    Args:
        kernel: its process id.
        processes: how many there may be at once, itself included.

    Raises:
        KernelDied: it has ended.
    """
    limit = ProcessLimit(means())
    try:
        if limit.means is Means.GROUP:
            return _in_a_group(kernel, processes)
        if limit.means is Means.USER:
            most = _tasks_of_this_user() + processes + SPARE_TASKS
            resource.prlimit(kernel, resource.RLIMIT_NPROC, (most, most))
    except ProcessLookupError as error:
        raise KernelDied("The kernel ended as soon as it was started.") from error
    return limit


@cache
def means() -> Means:
    """What bounds kernels' processes on this machine."""
    if _parent_of_groups() is not None:
        return Means.GROUP
    if linux.AVAILABLE and os.geteuid() != 0:
        return Means.USER
    _log.warning("kernels.only_watched", reason="no control group can be made")
    return Means.WATCH


def _in_a_group(kernel: int, processes: int) -> ProcessLimit:
    parent = _parent_of_groups()
    assert parent is not None  # noqa: S101  # for mypy  # nosec B101
    group = parent / f"{_PREFIX}{os.getpid()}-{next(_numbers)}"
    group.mkdir()
    try:
        most = str(processes + SPARE_TASKS)
        (group / "pids.max").write_text(most, encoding="ascii")
        (group / "cgroup.procs").write_text(str(kernel), encoding="ascii")
    except OSError:
        group.rmdir()
        raise
    return ProcessLimit(Means.GROUP, group)


@cache
def _parent_of_groups() -> Path | None:
    """The control group in which others can be made that bound processes, if there is one."""
    if not linux.AVAILABLE:
        return None
    with contextlib.suppress(OSError):
        for folder in _candidates():
            if _serves(folder):
                _remove_dead_owners_groups(folder)
                return folder
    return None


def _candidates() -> Iterator[Path]:
    lines = _MEMBERSHIPS.read_text(encoding="utf-8").splitlines()
    ours = {names: path for _, names, path in (line.split(":", 2) for line in lines)}
    for line in _MOUNTS.read_text(encoding="utf-8").splitlines():
        mount, _, kind = line.partition(" - ")
        root, point = mount.split()[3:5]
        system, _, options = kind.split()[:3]
        if system == "cgroup" and "pids" in options.split(","):
            paths = [path for names, path in ours.items() if "pids" in names.split(",")]
        elif system == "cgroup2":
            # A group of this version that holds processes hands no controller on: its parent does.
            paths = [path for own in (ours.get(""),) if own for path in (own, os.path.dirname(own))]  # noqa: PTH120
        else:
            continue
        for path in paths:
            below = os.path.relpath(path, root)
            if not below.startswith(".."):
                yield Path(point) / below


def _serves(folder: Path) -> bool:
    if not os.access(folder / "cgroup.procs", os.W_OK):
        return False
    probe = folder / f"{_PREFIX}{os.getpid()}-0"
    try:
        probe.mkdir()
    except OSError:
        return False
    try:
        return (probe / "pids.max").exists()
    finally:
        probe.rmdir()


def _remove_dead_owners_groups(parent: Path) -> None:
    for group in parent.glob(f"{_PREFIX}*-*"):
        owner = group.name.split("-")[1]
        if owner.isdecimal() and not psutil.pid_exists(int(owner)):
            _removed(group)


def _removed(group: Path) -> bool:
    try:
        group.rmdir()
    except FileNotFoundError:
        return True
    except OSError:  # somebody in it has not quite ended
        return False
    return True


def _tasks_of_this_user() -> int:
    """How many threads count against this user's limit."""
    me, tasks = os.getuid(), 0
    for process in Path("/proc").iterdir():
        if process.name.isdecimal():
            with contextlib.suppress(OSError):
                # Those of a process that hides itself belong to root, as these files show it.
                if process.stat().st_uid in {0, me}:
                    tasks += _tasks(process, me)
    return tasks


def _tasks(process: Path, user: int) -> int:
    status = (process / "status").read_text(encoding="utf-8", errors="replace")
    told = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    return int(told["Threads"]) if int(told["Uid"].split()[0]) == user else 0
