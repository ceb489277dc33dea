"""The faults, each on a real process of the stack, counted by kind."""

import contextlib
import random
import threading
import time
from collections import Counter
from collections.abc import Callable

import psutil

from stockcast_lib.stack.supervisor import Supervisor
from tests.chaos.proxy import SwallowingProxy
from tests.servers import Stack

PAUSE_SECONDS = 13.0  # longer than a lease
_PAUSED = "forecast worker paused and resumed"
_LONGEST_WAIT = 5.0
_SWALLOWED_AT_ONCE = 6


class Faults:
    """Strikes one kind after the other, in an order that a seed decides.

    Args:
        stack: whose processes are struck.
        stores: keeps Redis and S3, outside the stack.
        proxy: between the stack and Redis.
        seed: decides the order and the victims.
    """

    def __init__(self, stack: Stack, stores: Supervisor, proxy: SwallowingProxy, seed: int) -> None:
        self.done: Counter[str] = Counter()
        self._stack = psutil.Process(stack.pid)
        self._stores = stores
        self._proxy = proxy
        self._random = random.Random(seed)  # noqa: S311  # repeatable, not secret
        self._paused: list[threading.Timer] = []
        self.kinds: dict[str, Callable[[], bool]] = {
            "ingest worker killed": lambda: self._kill(self._workers("ingest")),
            "forecast worker killed": lambda: self._kill(self._workers("forecast")),
            "fork server killed": lambda: self._kill(self._fork_servers()),
            "kernel killed": lambda: self._kill(self._kernels()),
            "kernel killed in a run": lambda: self._kill(self._awaited(self._busy_kernels)),
            _PAUSED: self._pause,
            "Redis killed": lambda: self._kill_store("redis"),
            "S3 killed": lambda: self._kill_store("s3"),
            "Redis replies swallowed": self._swallow,
        }

    def strike_for(self, seconds: float, pause: float) -> None:
        """Strike until the time is over; every kind comes once before any comes again."""
        deadline = time.monotonic() + seconds
        waiting: list[str] = []
        while time.monotonic() < deadline:
            waiting = waiting or self._random.sample(list(self.kinds), len(self.kinds))
            self._strike(waiting.pop(), pause)

    def _strike(self, kind: str, pause: float) -> None:
        if self._struck(kind):
            self.done[kind] += 1
        until = time.monotonic() + pause
        while time.monotonic() < until:
            self._stores.mend()
            time.sleep(0.05)

    def _struck(self, kind: str) -> bool:
        try:
            return self.kinds[kind]()
        except psutil.NoSuchProcess:  # an earlier blow had felled it already
            return False

    def heal(self) -> None:
        """Bring back whatever is away."""
        for timer in self._paused:
            timer.join()
        self._proxy.swallow(0)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and not self._stores_are_up():
            self._stores.mend()
            time.sleep(0.05)

    def _stores_are_up(self) -> bool:
        try:
            processes = [psutil.Process(pid) for pid in self._stores.pids().values()]
            return all(each.status() != psutil.STATUS_ZOMBIE for each in processes)
        except psutil.NoSuchProcess:
            return False

    def _descendants(self) -> list[psutil.Process]:
        return self._stack.children(recursive=True)

    def _with(self, *words: str) -> list[psutil.Process]:
        found = []
        for process in self._descendants():
            try:
                command = process.cmdline()
            except psutil.Error:
                continue
            if all(any(word in part for part in command) for word in words):
                found.append(process)
        return found

    def _workers(self, stage: str) -> list[psutil.Process]:
        workers = self._with("server.worker", "--stage")
        mine = [each for each in workers if stage in each.cmdline()]
        # One that is paused is to be resumed, and not to be replaced meanwhile.
        return [each for each in mine if each.status() != psutil.STATUS_STOPPED]

    def _fork_servers(self) -> list[psutil.Process]:
        servers = self._with("stockcast_lib.execution.fork_server")
        # A forked kernel keeps its server's command line.
        return [each for each in servers if each.ppid() not in {other.pid for other in servers}]

    def _kernels(self) -> list[psutil.Process]:
        return [kernel for server in self._fork_servers() for kernel in _living(server.children())]

    def _busy_kernels(self) -> list[psutil.Process]:
        """Where a worker has two kernels the older one runs a notebook, and the other waits."""
        families = [_living(server.children()) for server in self._fork_servers()]
        return [min(each, key=psutil.Process.create_time) for each in families if len(each) > 1]

    def _awaited(self, look: Callable[[], list[psutil.Process]]) -> list[psutil.Process]:
        deadline = time.monotonic() + _LONGEST_WAIT
        while time.monotonic() < deadline:
            with contextlib.suppress(psutil.NoSuchProcess):
                if found := look():
                    return found
            self._stores.mend()
            time.sleep(0.02)
        return []

    def _kill(self, victims: list[psutil.Process]) -> bool:
        living = _living(victims)
        if not living:
            return False
        self._random.choice(living).kill()
        return True

    def _kill_store(self, name: str) -> bool:
        return self._kill([psutil.Process(self._stores.pids()[name])])

    def _pause(self) -> bool:
        if victims := _living(self._workers("forecast")):
            victim = self._random.choice(victims)
            victim.suspend()
            timer = threading.Timer(PAUSE_SECONDS, self._resume, [victim])
            timer.start()
            self._paused.append(timer)
        return False  # it counts once the victim has come back to life

    def _resume(self, victim: psutil.Process) -> None:
        with contextlib.suppress(psutil.NoSuchProcess):
            if victim.status() == psutil.STATUS_STOPPED:
                victim.resume()
                self.done[_PAUSED] += 1

    def _swallow(self) -> bool:
        before = self._proxy.swallowed
        self._proxy.swallow(_SWALLOWED_AT_ONCE)
        deadline = time.monotonic() + _LONGEST_WAIT
        while self._proxy.swallowed == before and time.monotonic() < deadline:
            self._stores.mend()
            time.sleep(0.02)
        return self._proxy.swallowed > before


def _living(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Those that a blow would still hurt."""
    found = []
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            if process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found
