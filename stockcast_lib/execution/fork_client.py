"""The owner's side of the fork server: starts it, asks it for kernels, watches them."""

import atexit
import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from functools import cache

import structlog

from stockcast_lib.execution import fork_server
from stockcast_lib.execution.confinement import Confinement
from stockcast_lib.execution.counts import COUNTS

_log = structlog.get_logger()
_WARM_UP_SECONDS = 60.0
_ANSWER_SECONDS = 5.0
_STATUS_SECONDS = 2.0
# What a fork server may see: nothing here is a secret.
_PLAIN_VARIABLES = (
    "PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "VIRTUAL_ENV", "LD_LIBRARY_PATH",
    "PYTHONPATH", "IPYTHONDIR", "MPLCONFIGDIR",
)  # fmt: skip
# More threads than one would not survive the fork. pandas imports Arrow, whose allocator has one.
_ONE_THREAD = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    # Each thread that allocates would have a heap of its own, in every kernel.
    "MALLOC_ARENA_MAX": "1",
}


class ForkFailed(Exception):
    """The fork server gave no kernel."""


class ForkedProcess:
    """A forked kernel; answers as `subprocess.Popen` does.

    Args:
        pid: its process id.
        descriptor: its pidfd.
        life: where the server tells its exit status.
    """

    stdin = stdout = stderr = None

    def __init__(self, pid: int, descriptor: int, life: socket.socket) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._descriptor = descriptor
        self._life = life
        self._lock = threading.Lock()

    def fileno(self) -> int:
        """Readable once the process has ended; -1 when that has been noticed."""
        return self._descriptor

    def poll(self) -> int | None:
        """The exit status, or None while it lives."""
        return self._ended(0)

    def wait(self, timeout: float | None = None) -> int:
        """The exit status. Raises subprocess.TimeoutExpired."""
        status = self._ended(None if timeout is None else timeout * 1000)
        if status is None:
            raise subprocess.TimeoutExpired("kernel", timeout or 0.0)
        return status

    def send_signal(self, number: int) -> None:
        """Send a signal to the process alone, if it lives."""
        with self._lock, contextlib.suppress(ProcessLookupError):
            if self.returncode is None:
                signal.pidfd_send_signal(self._descriptor, number)

    def terminate(self) -> None:
        """SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL."""
        self.send_signal(signal.SIGKILL)

    def _ended(self, milliseconds: float | None) -> int | None:
        with self._lock:
            if self.returncode is None and self._is_over(milliseconds):
                self.returncode = self._status()
                os.close(self._descriptor)
                self._descriptor = -1
                self._life.close()
            return self.returncode

    def _is_over(self, milliseconds: float | None) -> bool:
        # Its server has died, which takes it along: it is not to be used while it still dies.
        doomed = milliseconds is not None and _is_readable(self._life.fileno(), 0)
        return _is_readable(self._descriptor, 1000 * _STATUS_SECONDS if doomed else milliseconds)

    def _status(self) -> int:
        self._life.settimeout(_STATUS_SECONDS)
        with contextlib.suppress(OSError):
            if told := self._life.recv(32):
                return int(told)
        # The server died, and its kernels with it.
        return -signal.SIGKILL


def _is_readable(descriptor: int, milliseconds: float | None) -> bool:
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(milliseconds))


def _answer(life: socket.socket) -> tuple[int, int]:
    """A new kernel's process id and pidfd."""
    life.settimeout(_ANSWER_SECONDS)
    told, files, _, _ = socket.recv_fds(life, 32, 1)
    if not told:
        raise ForkFailed("The fork server died, or could not fork.")
    return int(told), files[0]


class ForkServer:
    """One fork server, started when it is first needed, and again after a crash.

    Args:
        warm: a module whose `warm_up` the server calls before it serves, or "".
    """

    def __init__(self, warm: str) -> None:
        self._modules = [warm] if warm else []
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._requests: socket.socket | None = None

    @property
    def pid(self) -> int | None:
        """The server's process id, if it runs."""
        return self._process.pid if self._process else None

    def start(self, environment: Mapping[str, str]) -> None:
        """Make sure that it runs; takes seconds when it does not. Raises ForkFailed."""
        with self._lock:
            self._running(environment)

    def fork(
        self,
        argv: Sequence[str],
        environment: Mapping[str, str],
        cwd: str,
        *,
        quiet: bool = False,
        confinement: Confinement | None = None,
    ) -> ForkedProcess:
        """A new kernel.

        Args:
            argv: the kernel's own arguments.
            environment: all that it sees of an environment.
            cwd: its working directory.
            quiet: nothing of what it prints goes to this process's output as well.
            confinement: what alone it may reach; without one, all that this process may.

        Raises:
            ForkFailed: the server could not be started, or has died.
        """
        wanted = {
            "argv": list(argv),
            "env": dict(environment),
            "cwd": cwd,
            "quiet": quiet,
            "confinement": confinement.document() if confinement else None,
        }
        request = json.dumps(wanted).encode()
        if len(request) > fork_server.MAX_REQUEST:
            raise ForkFailed("The kernel's environment is too large.")
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            with theirs, self._lock:
                requests = self._running(environment)
                socket.send_fds(requests, [request], [theirs.fileno()])
            process = ForkedProcess(*_answer(ours), ours)
        except OSError as error:
            ours.close()
            raise ForkFailed(f"The fork server does not answer: {error}") from error
        except ForkFailed:
            ours.close()
            raise
        COUNTS.forked()
        return process

    def close(self) -> None:
        """End the server and its kernels."""
        with self._lock:
            self._close()

    def _running(self, environment: Mapping[str, str]) -> socket.socket:
        if self._process is not None and self._process.poll() is not None:
            _log.warning("fork_server.died", status=self._process.returncode)
            self._close()
            COUNTS.reborn()
        if self._requests is None:
            self._requests = self._start(environment)
        return self._requests

    def _start(self, environment: Mapping[str, str]) -> socket.socket:
        began = time.monotonic()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        plain = {name: environment[name] for name in _PLAIN_VARIABLES if name in environment}
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603  # our own, no shell  # nosec B603
                [sys.executable, "-P", "-X", "frozen_modules=off", "-m", fork_server.__name__,
                 str(theirs.fileno()), *self._modules],
                env={**plain, **_ONE_THREAD},
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )  # fmt: skip
        ours.settimeout(_WARM_UP_SECONDS)
        try:
            told = ours.recv(len(fork_server.READY))
        except OSError:
            told = b""
        if told != fork_server.READY:
            ours.close()
            self._process.kill()
            self._process.wait()
            raise ForkFailed("The fork server did not get ready.")
        ours.settimeout(_ANSWER_SECONDS)
        seconds = round(time.monotonic() - began, 2)
        _log.info("fork_server.ready", pid=self._process.pid, seconds=seconds)
        return ours

    def _close(self) -> None:
        if self._requests is not None:
            self._requests.close()
            self._requests = None
        if self._process is not None:
            try:
                self._process.wait(_ANSWER_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None


@cache
def shared_fork_server(warm: str) -> ForkServer:
    """This process's fork server for a module to warm; it ends with the process."""
    server = ForkServer(warm)
    atexit.register(server.close)
    return server
