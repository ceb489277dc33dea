"""The faults, each on a real process of the stack, counted by kind."""

import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable

import psutil

from stockcast_lib.stack.supervisor import Supervisor
from tests.chaos.proxy import SwallowingProxy
from tests.servers import Stack

PAUSE_SECONDS = 13.0  # longer than a lease
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
            "forecast worker paused": self._pause,
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
            kind = waiting.pop()
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
        return [each for each in self._with("server.worker", "--stage") if stage in each.cmdline()]

    def _fork_servers(self) -> list[psutil.Process]:
        servers = self._with("stockcast_lib.execution.fork_server")
        # A forked kernel keeps its server's command line.
        return [each for each in servers if each.ppid() not in {other.pid for other in servers}]

    def _kernels(self) -> list[psutil.Process]:
        return [kernel for server in self._fork_servers() for kernel in server.children()]

    def _kill(self, victims: list[psutil.Process]) -> bool:
        if not victims:
            return False
        self._random.choice(victims).kill()
        return True

    def _kill_store(self, name: str) -> bool:
        return self._kill([psutil.Process(self._stores.pids()[name])])

    def _pause(self) -> bool:
        victims = self._workers("forecast")
        if not victims:
            return False
        victim = self._random.choice(victims)
        victim.suspend()
        timer = threading.Timer(PAUSE_SECONDS, _resume, [victim])
        timer.start()
        self._paused.append(timer)
        return True

    def _swallow(self) -> bool:
        before = self._proxy.swallowed
        self._proxy.swallow(_SWALLOWED_AT_ONCE)
        deadline = time.monotonic() + 5
        while self._proxy.swallowed == before and time.monotonic() < deadline:
            self._stores.mend()
            time.sleep(0.02)
        return self._proxy.swallowed > before


def _resume(victim: psutil.Process) -> None:
    try:
        victim.send_signal(signal.SIGCONT)
    except psutil.NoSuchProcess:
        return
