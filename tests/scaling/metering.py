"""What a running stack uses: processor time and memory by part, Redis, S3."""

import asyncio
import re
from dataclasses import dataclass, fields
from pathlib import Path

import psutil
import redis

from stockcast_lib.core import keys
from tests.chaos.proxy import SwallowingProxy

_PARTS = {
    "gateway": r"server\.gateway",
    "ingest": r"--stage ingest",
    "forecast": r"--stage forecast",
}
_MEGABYTE = 1024 * 1024
_CALL = re.compile(rb"(GET|HEAD|PUT|POST|DELETE) ")
_WRITES = {b"PUT", b"POST", b"DELETE"}


class CallCounter(SwallowingProxy):
    """Counts the S3 calls that pass; a client's headers come in a piece of their own."""

    def __init__(self, target: int) -> None:
        super().__init__(target)
        self.reads = self.writes = 0

    async def _requests(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            if call := _CALL.match(data):
                self.reads += call[1] not in _WRITES
                self.writes += call[1] in _WRITES
            writer.write(data)
            await writer.drain()


@dataclass(frozen=True)
class Use:
    """Seconds of processor time by part, commands and bytes of Redis, calls and bytes of S3."""

    gateway: float
    ingest: float
    forecast: float
    redis: float
    redis_commands: float
    redis_results: float
    redis_jobs: float
    redis_log: float
    s3_reads: float
    s3_writes: float
    s3_bytes: float

    def since(self, before: "Use", jobs: int) -> "Use":
        """What each of so many jobs has used since `before`."""
        return Use(*((getattr(self, each.name) - getattr(before, each.name)) / jobs
                     for each in fields(self)))  # fmt: skip


@dataclass(frozen=True)
class Meter:
    """Reads a stack's use.

    Attributes:
        stack: the process id of `stockcast up`.
        redis: with every right.
        calls: of S3.
        bucket: where the S3 stand-in keeps its files.
    """

    stack: int
    redis: "redis.Redis"
    calls: CallCounter
    bucket: Path

    def read(self) -> Use:
        """All since the start."""
        cpu, memory = self.redis.info("cpu"), self.redis.info("memory")
        commands = self.redis.info("stats")["total_commands_processed"]
        log = self.redis.info("persistence")["aof_current_size"]
        results = sum(map(self.redis.memory_usage, self.redis.scan_iter(keys.result("*"))))
        kept = sum(path.stat().st_size for path in self.bucket.rglob("*") if path.is_file())
        seconds = {part: sum(map(_seconds, self._family(part))) for part in _PARTS}
        return Use(
            **seconds,
            redis=cpu["used_cpu_user"] + cpu["used_cpu_sys"],
            redis_commands=commands,
            redis_results=results,
            redis_jobs=memory["used_memory"] - results,
            redis_log=log,
            s3_reads=self.calls.reads,
            s3_writes=self.calls.writes,
            s3_bytes=kept,
        )

    def memory(self) -> dict[str, float]:
        """What each part holds in MB; shared pages are divided among those who share them."""
        return {
            part: sum(each.memory_full_info().pss for each in self._family(part)) / _MEGABYTE
            for part in _PARTS
        }

    def _family(self, part: str) -> list[psutil.Process]:
        for process in psutil.Process(self.stack).children():
            if re.search(_PARTS[part], " ".join(process.cmdline())):
                return [process, *process.children(recursive=True)]
        raise RuntimeError(f"No {part} runs.")


def _seconds(process: psutil.Process) -> float:
    """Its own, and that of its children that have ended."""
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return times.user + times.system + times.children_user + times.children_system
