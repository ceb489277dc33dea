"""A stage worker: a TCP listener that makes jobs durable, and the loop that works them off.

Run as `python -m server.worker --stage ingest` or `--stage forecast`, or with both where one
process is to do for a small machine. The event loop serves TCP only; intake runs on a small thread
pool, a stage's jobs on a thread of their own.
"""

import argparse
import asyncio
import os
import secrets
import signal
import socket
import sys
import threading
from collections.abc import Iterable, Sequence

import structlog
from tornado.netutil import bind_sockets

from stockcast_lib import wiring
from stockcast_lib.connections import Places, raise_descriptor_limit
from stockcast_lib.core.errors import StockcastError
from stockcast_lib.core.jobs import Stage
from stockcast_lib.execution import linux
from stockcast_lib.execution.runner import PapermillRunner
from stockcast_lib.garbage import keep_out_of_collections
from stockcast_lib.logs import configure_logs
from stockcast_lib.message_server import MessageServer
from stockcast_lib.settings import ConnectionSettings, QueueSettings, WorkerSettings
from stockcast_lib.stages.claim_loop import ClaimLoop
from stockcast_lib.stages.health import WorkerHealth
from stockcast_lib.web.worker_health import Reasons, health_application, serve_health

_log = structlog.get_logger()
_BACKLOG = 1024  # of clients that come at once
# Of the grace, for a run to be ended and its job to be handed back.
_HAND_BACK_SECONDS = 3.0


async def serve(stages: Sequence[Stage], *, reuse_port: bool) -> None:
    """Serve until SIGTERM or SIGINT; then finish the jobs under way, or give them back.

    Raises:
        StockcastError: a setting is wrong, or no kernel can be started.
    """
    settings = WorkerSettings.read()
    worker = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"
    # Whoever shares this user must not read the secrets of this process's environment.
    linux.hide_from_other_processes()
    raise_descriptor_limit()
    stop = _stop_signal()
    parts = [_StageWorker(stage, worker, settings, stop) for stage in stages]
    if settings.health_port:
        # Already while the kernels warm up: whoever asks is told why it is not ready.
        healths = [part.health for part in parts]
        calls = health_application(
            _first(health.not_alive for health in healths),
            _first(health.not_ready for health in healths),
            wiring.worker_exposition(stages, lambda: sum(part.ready for part in parts)),
        )
        serve_health(calls, settings.listen_address(stages[0])[0], settings.health_port)
    await asyncio.gather(*(part.serve(reuse_port=reuse_port) for part in parts))
    tracers = [wiring.tracer(stage) for stage in stages]
    await asyncio.gather(*(asyncio.to_thread(tracer.close) for tracer in tracers))


def _first(reasons: Iterable[Reasons]) -> Reasons:
    every = tuple(reasons)
    return lambda: next(filter(None, (reason() for reason in every)), None)


class _StageWorker:
    """One stage's listener, kernels and claim loop."""

    def __init__(
        self, stage: Stage, worker: str, settings: WorkerSettings, stop: asyncio.Event
    ) -> None:
        self._stage, self._worker, self._settings, self._stop = stage, worker, settings, stop
        self._runner = wiring.notebook_runner(stage)
        self._loop = wiring.claim_loop(stage, worker)
        limits = ConnectionSettings.read()
        self._server = MessageServer(
            wiring.intake(stage),
            QueueSettings.read().frame_key_bytes,
            settings.silence_seconds,
            Places(limits.connections, limits.connections_per_peer),
            wiring.worker_tls(),
        )
        self.health = WorkerHealth(
            self._loop.rounds, settings.run_timeout_seconds, wiring.redis_away, stop.is_set
        )

    @property
    def ready(self) -> int:
        """How many kernels wait for their run."""
        return self._runner.ready

    async def serve(self, *, reuse_port: bool) -> None:
        # Only then: whoever finds the port open takes the worker for ready.
        if await _is_warm(self._runner, self._stop):
            await self._serve_until_stopped(reuse_port=reuse_port)
        await asyncio.to_thread(self._runner.close)
        if self._stage is Stage.FORECAST:
            await asyncio.to_thread(wiring.model_runners().close)
        _log.info("worker.stopped", stage=self._stage)

    async def _serve_until_stopped(self, *, reuse_port: bool) -> None:
        keep_out_of_collections()
        host, port = self._settings.listen_address(self._stage)
        self._server.add_sockets(bind_sockets(port, host, backlog=_BACKLOG, reuse_port=reuse_port))
        where = f"{host}:{port}"
        _log.info("worker.ready", stage=self._stage, address=where, worker=self._worker)
        # A daemon: what hangs on a Redis that hangs must not keep the process.
        claims = threading.Thread(target=self._claim, name="claims", daemon=True)
        claims.start()
        self.health.serving(claims)
        await self._stop.wait()
        self._server.stop()
        await _end(self._loop, claims, self._settings.grace_seconds)

    def _claim(self) -> None:
        wiring.open_connections()
        self._loop.run()


def _stop_signal() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


async def _is_warm(runner: PapermillRunner, stop: asyncio.Event) -> bool:
    """Wait for the first kernel; False when told to stop before."""
    warming = asyncio.ensure_future(asyncio.to_thread(runner.wait_until_ready))
    stopping = asyncio.ensure_future(stop.wait())
    await asyncio.wait((warming, stopping), return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not warming.done():
        return False
    try:
        warming.result()
    except Exception as error:
        raise StockcastError(
            f"no kernel for notebooks can be started ({type(error).__name__}: {error}). "
            "`make install` puts it there; this worker's log may say more."
        ) from error
    return True


async def _end(loop: ClaimLoop, claims: threading.Thread, grace_seconds: float) -> None:
    loop.stop()
    await asyncio.to_thread(claims.join, max(0.0, grace_seconds - _HAND_BACK_SECONDS))
    if claims.is_alive():
        loop.abandon()
        await asyncio.to_thread(claims.join, _HAND_BACK_SECONDS)
    if claims.is_alive():
        _log.warning("worker.left_its_job", why="the queue does not answer; the lease runs out")


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m server.worker", description=__doc__)
    parser.add_argument(
        "--stage", required=True, type=Stage, choices=list(Stage), action="append", dest="stages"
    )
    parser.add_argument(
        "--reuse-port", action="store_true", help="let several workers share the stage's address"
    )
    arguments = parser.parse_args()
    configure_logs()
    try:
        asyncio.run(serve(tuple(dict.fromkeys(arguments.stages)), reuse_port=arguments.reuse_port))
    except (StockcastError, OSError) as error:
        sys.exit(f"worker: {getattr(error, 'message', error)}")


if __name__ == "__main__":
    main()
