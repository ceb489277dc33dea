"""Keeps child processes running: start, wait until ready, restart, stop in order.

Everything happens on the thread that calls, which must be the main one (see `processes.spawn`).
"""

import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from stockcast_lib.core.errors import StackFailed
from stockcast_lib.stack import processes

READY_SECONDS = 60.0
FIRST_DELAY = 0.5
LONGEST_DELAY = 10.0
SETTLED_SECONDS = 60.0
_LARGEST_LOG = 4 * 1024 * 1024
_TAIL = 4096
_TICK_SECONDS = 0.1


@dataclass(frozen=True)
class Child:
    """A program to keep running.

    Attributes:
        name: what people, and its log file, call it.
        argv: the program's absolute path and its arguments; anybody may read them in `ps`.
        env: its whole environment.
        ready: whether it serves; answers within about a second.
        rank: the lowest rank is stopped first; one rank stops together.
        grace: seconds from SIGTERM to SIGKILL.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(repr=False)
    ready: Callable[[], bool]
    rank: int = 0
    grace: float = 5.0


def next_delay(delay: float, lived: float) -> float:
    """Seconds to wait before a restart, from the wait before and how long the child lived."""
    if lived >= SETTLED_SECONDS or not delay:
        return FIRST_DELAY
    return min(2 * delay, LONGEST_DELAY)


class _Running:
    """A child and its present process."""

    def __init__(self, child: Child, log: Path) -> None:
        self.child = child
        self.log = log
        self.delay = 0.0
        self.restart_at: float | None = None
        self.start()

    def start(self) -> None:
        self.restart_at = None
        self.log_start = self.log.stat().st_size if self.log.exists() else 0
        self.started_at = time.monotonic()
        self.process: subprocess.Popen[bytes] = processes.spawn(
            self.child.argv, self.child.env, self.log
        )

    def ended(self) -> bool:
        return processes.has_ended(self.process)

    def clear(self) -> str:
        """End whatever the dead process left behind, and say how it ended."""
        processes.end([self.process], grace=0)
        status = self.process.returncode
        how = f"was ended by signal {-status}" if status < 0 else f"ended with status {status}"
        last = self.last_line()
        return f"{self.child.name} {how}" + (f": {last}" if last else "")

    def last_line(self) -> str:
        with self.log.open("rb") as log:
            log.seek(max(self.log_start, self.log.stat().st_size - _TAIL))
            lines = log.read().decode(errors="replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "").rstrip(".")


class Supervisor:
    """Runs children; `stop_requested` may be set by a signal handler at any time.

    Args:
        logs: the folder for `NAME.log` of each child.
        say: told in a sentence when a child dies.
        adopts: this process starts nothing but these children and adopts their orphans
            (`processes.adopt_orphans`), so that any other process below it may be killed.
    """

    def __init__(self, logs: Path, say: Callable[[str], None], *, adopts: bool = False) -> None:
        self.stop_requested = False
        self._adopts = adopts
        self._logs = logs
        self._say = say
        self._running: list[_Running] = []
        logs.mkdir(mode=0o700, parents=True, exist_ok=True)

    def start(
        self,
        children: Sequence[Child],
        on_wait: Callable[[Sequence[str]], None] = lambda _names: None,
        limit: float = READY_SECONDS,
    ) -> None:
        """Start children together and wait until all are ready, or a stop is requested.

        Args:
            children: what to start.
            on_wait: told again and again who is not ready yet.
            limit: seconds until the wait is given up.

        Raises:
            StackFailed: one ended, or was not ready in time.
        """
        settled = list(self._running)
        waiting = [_Running(child, self._log_file(child)) for child in children]
        self._running += waiting
        deadline = time.monotonic() + limit
        while not self.stop_requested:
            waiting = [running for running in waiting if not self._is_ready(running)]
            if not waiting:
                return
            if time.monotonic() > deadline:
                self._give_up(waiting[0], limit)
            on_wait([running.child.name for running in waiting])
            self._mend(settled)
            time.sleep(_TICK_SECONDS)

    def watch(self) -> None:
        """Restart whatever dies, until a stop is requested."""
        while not self.stop_requested:
            self.mend()
            time.sleep(_TICK_SECONDS)

    def mend(self) -> None:
        """Notice who has died, and restart whose wait is over."""
        self._mend(self._running)

    def stop(self) -> None:
        """Stop everything, the lowest rank first. May be repeated."""
        self._running.sort(key=lambda running: running.child.rank)
        for _rank, group in groupby(self._running, key=lambda running: running.child.rank):
            members = list(group)
            grace = max(running.child.grace for running in members)
            processes.end([running.process for running in members], grace)
        self._running = []
        self._sweep()

    def pids(self) -> dict[str, int]:
        """The process id of each child by name."""
        return {running.child.name: running.process.pid for running in self._running}

    def _log_file(self, child: Child) -> Path:
        log = self._logs / f"{child.name}.log"
        if log.exists() and log.stat().st_size > _LARGEST_LOG:
            log.write_bytes(b"")
        return log

    def _is_ready(self, running: _Running) -> bool:
        if running.ended():
            raise StackFailed(f"{running.clear()}. See {running.log}.")
        return running.child.ready()

    def _give_up(self, running: _Running, limit: float) -> None:
        last = running.last_line()
        raise StackFailed(
            f"{running.child.name} was not ready in {limit:g} s"
            + (f"; its last word: {last}" if last else "")
            + f". See {running.log}."
        )

    def _mend(self, watched: Sequence[_Running]) -> None:
        now = time.monotonic()
        for running in watched:
            if running.restart_at is not None:
                if now >= running.restart_at:
                    running.start()
            elif running.ended():
                running.delay = next_delay(running.delay, now - running.started_at)
                running.restart_at = now + running.delay
                self._say(f"{running.clear()}. Starting it again in {running.delay:g} s.")
                self._sweep()

    def _sweep(self) -> None:
        if self._adopts:
            processes.kill_orphans(running.process for running in self._running)
