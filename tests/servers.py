"""Real servers for the tests: Redis, an S3 API, the whole stack; each ends with its context."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from stockcast_lib.core.errors import BadSettings
from stockcast_lib.stack import binaries, embedded
from stockcast_lib.stack.credentials import stored_credentials
from stockcast_lib.stack.network import free_ports
from stockcast_lib.stack.supervisor import Child, Supervisor
from tests.watching import watched

REPOSITORY = Path(__file__).resolve().parents[1]
READY_LINE = "stockcast: ready"
READY_SECONDS = 120
STOP_SECONDS = 60


@dataclass(frozen=True)
class Stack:
    """A running stack."""

    api: str
    dashboard: str | None
    folder: Path
    pid: int


@contextmanager
def running_stack(folder: Path, *options: str, **variables: str) -> Iterator[Stack]:
    """`stockcast up` as a test asks it: whatever its API answers is held against the document."""
    prefix = variables.get("STOCKCAST_GATEWAY_PREFIX", "")
    with (
        unwatched_stack(folder, *options, **variables) as running,
        watched(running.api, prefix) as api,
    ):
        yield replace(running, api=api)


@contextmanager
def unwatched_stack(folder: Path, *options: str, **variables: str) -> Iterator[Stack]:
    """`stockcast up` on free ports with its data in a folder."""
    process = subprocess.Popen(
        [sys.executable, "-m", "stockcast_lib.cli", "up", "--port", "0", "--api-port", "0",
         "--data-dir", str(folder / "data"), *options],
        cwd=folder, env={**clean_environment(), **variables}, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    lines: list[str] = []
    ready_or_ended = threading.Event()
    reader = threading.Thread(target=_read, args=(process, lines, ready_or_ended), daemon=True)
    reader.start()
    try:
        ready_or_ended.wait(READY_SECONDS)
        assert READY_LINE in lines, "\n".join(lines)
        urls = dict(line.split()[:2] for line in lines if line.startswith(("API:", "Dashboard:")))
        yield Stack(
            api=urls["API:"].rstrip("/"),
            dashboard=urls.get("Dashboard:"),
            folder=folder,
            pid=process.pid,
        )
    finally:
        _stop(process)
        reader.join(10)
        process.stdout.close()


def clean_environment() -> dict[str, str]:
    """This process's environment without anything that would change a stack."""
    foreign = ("STOCKCAST_", "AWS_", "TIINGO_", "NASDAQ_DATA_LINK_", "OTEL_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return {**kept, "PYTHONPATH": str(REPOSITORY)}


def _read(
    process: "subprocess.Popen[str]", lines: list[str], ready_or_ended: threading.Event
) -> None:
    for line in process.stdout:
        lines.append(line.strip())
        if lines[-1] == READY_LINE:
            ready_or_ended.set()
    ready_or_ended.set()


def _stop(process: "subprocess.Popen[str]") -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise


@contextmanager
def running_redis(folder: Path, version: int, **variables: str) -> Iterator[str]:
    """The URL of an embedded Redis of a major version; skips where this machine has none."""
    binary = _redis_of(version)
    if binary is None:
        pytest.skip(f"no redis-server {version} here")
    credentials, (port,) = stored_credentials(folder), free_ports(1)
    child = embedded.redis_child(folder, port, credentials, binary)
    with _supervised(folder, replace(child, env={**child.env, **variables})):
        yield embedded.redis_url(port, credentials)


def _redis_of(version: int) -> Path | None:
    for search_path in (None, ""):
        try:
            binary = binaries.find_redis_server(search_path)
        except BadSettings:
            continue
        if binaries.redis_major_version(binary) == version:
            return binary
    return None


@contextmanager
def running_s3(folder: Path) -> Iterator[dict[str, str]]:
    """The environment by which clients reach an embedded S3."""
    credentials, (port,) = stored_credentials(folder), free_ports(1)
    with _supervised(folder, embedded.s3_child(folder, port, credentials)):
        yield embedded.s3_environment(port, credentials)


@contextmanager
def _supervised(folder: Path, child: Child) -> Iterator[Supervisor]:
    supervisor = Supervisor(folder / "logs", print)
    try:
        supervisor.start([child])
        yield supervisor
    finally:
        supervisor.stop()
