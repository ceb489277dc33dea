"""The listeners of both stages as a process, with what stands behind them, and without runs.

    python -m tests.fuzz.listeners

Prints one line of JSON with the port of each stage; to each line on standard input it answers with
what it holds at that moment.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil
from tornado.netutil import bind_sockets

from stockcast_lib import wiring
from stockcast_lib.core.jobs import Stage
from stockcast_lib.logs import configure_logs
from stockcast_lib.message_server import MessageServer
from stockcast_lib.settings import QueueSettings, WorkerSettings
from tests.servers import REPOSITORY, clean_environment


async def _serve() -> None:
    ports = {}
    for stage in Stage:
        sockets = bind_sockets(0, "127.0.0.1")
        server = MessageServer(
            wiring.intake(stage),
            QueueSettings.read().frame_key_bytes,
            WorkerSettings.read().silence_seconds,
        )
        server.add_sockets(sockets)
        ports[stage] = sockets[0].getsockname()[1]
    _say(ports)
    while await asyncio.to_thread(sys.stdin.readline):
        held = {"tasks": len(asyncio.all_tasks()), "descriptors": psutil.Process().num_fds()}
        _say(held)


def _say(what: object) -> None:
    print(json.dumps(what), flush=True)  # noqa: T201


@dataclass(frozen=True)
class Listeners:
    """Both, while they run."""

    ports: dict[Stage, int]
    process: "subprocess.Popen[str]"

    def held(self) -> dict[str, int]:
        """How many tasks and descriptors there are."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


@contextmanager
def running_listeners(**variables: str) -> Iterator[Listeners]:
    """Both, by these settings."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.fuzz.listeners"], cwd=REPOSITORY,
        env={**clean_environment(), "STOCKCAST_ENV_FILES": "off", **variables},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as process:  # fmt: skip
        try:
            ports = json.loads(process.stdout.readline())
            yield Listeners({Stage(stage): port for stage, port in ports.items()}, process)
        finally:
            process.kill()


if __name__ == "__main__":
    configure_logs()
    asyncio.run(_serve())
