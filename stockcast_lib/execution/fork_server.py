"""The kernel fork server: a warm process that turns into a clean kernel on request.

Run as `python -m stockcast_lib.execution.fork_server FD [MODULE]`, by `fork_client.ForkServer`.

1. It has imported everything and run each path once (`MODULE.warm_up()`), and then forks. It
   never runs a notebook, and creates no thread, no event loop and no zmq context: none of them
   survives a fork.
2. `FD` is one end of a socket pair. Each datagram on it is a request, with a socket beside it
   that is the new kernel's: there the server answers with the process id and a pidfd, and, when
   the kernel has ended, with its exit status.
3. Its own environment holds no secret: each kernel gets one of its own in the request.
4. It adopts what ended kernels leave behind, sessions of their own included, and kills it.
5. When the other end of `FD` closes, it ends its kernels and itself.
"""

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import threading
import traceback
from pathlib import Path
from typing import Any

from stockcast_lib.execution import linux
from stockcast_lib.execution.forked_kernel import become_kernel, note_modules

MAX_REQUEST = 256 * 1024
READY = b"ready"
_TASKS = Path("/proc/self/task")


class _Server:
    """Its state: the kernels alive, each with the socket that waits for its exit status."""

    def __init__(self, requests: socket.socket) -> None:
        self._requests = requests
        self._kernels: dict[int, socket.socket] = {}
        self._wake, self._wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def serve(self) -> None:
        """Fork and reap until the owner is gone."""
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wake_write)
        self._requests.send(READY)
        requests = self._requests.fileno()
        while True:
            ready, _, _ = select.select([requests, self._wake], [], [])
            if self._wake in ready:
                os.read(self._wake, 4096)
                self._reap()
            if requests in ready and not self._take_request():
                self._end_all()
                return

    def _take_request(self) -> bool:
        data, files, _, _ = socket.recv_fds(self._requests, MAX_REQUEST, 1)
        if not data:
            return False
        life = socket.socket(fileno=files[0])
        try:
            pid = _fork(json.loads(data))
        except OSError:  # too many processes, or too little memory: for now
            traceback.print_exc()
            # The closed socket tells whoever asked that there is no kernel.
            life.close()
            return True
        self._kernels[pid] = life
        descriptor = os.pidfd_open(pid)
        try:
            socket.send_fds(life, [str(pid).encode()], [descriptor])
        except OSError:  # nobody waits for it any more
            _kill(pid)
        os.close(descriptor)
        return True

    def _reap(self) -> None:
        while ended := _wait(os.WNOHANG):
            self._tell(*ended)
        self._kill_orphans()

    def _tell(self, pid: int, status: int) -> None:
        life = self._kernels.pop(pid, None)
        if life is not None:
            with life, contextlib.suppress(OSError):
                life.send(str(os.waitstatus_to_exitcode(status)).encode())

    def _kill_orphans(self) -> None:
        # A kernel adopts its own orphans while it lives: these are of kernels that have ended.
        for pid in linux.child_pids() - self._kernels.keys():
            _kill(pid)

    def _end_all(self) -> None:
        for pid in self._kernels:
            _kill(pid)
        while ended := _wait(0):
            self._tell(*ended)
            self._kill_orphans()


def _fork(request: dict[str, Any]) -> int:
    me = os.getpid()
    pid = os.fork()
    if pid == 0:
        # Whatever happens in the child, it never comes back into the server's loop.
        status = 1
        try:
            become_kernel(parent=me, **request)
            status = 0
        except Exception:  # noqa: BLE001  # it is told, and ends this process
            traceback.print_exc()
        finally:
            os._exit(status)
    return pid


def _wait(options: int) -> tuple[int, int] | None:
    try:
        pid, status = os.waitpid(-1, options)
    except ChildProcessError:
        return None
    return (pid, status) if pid else None


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def main() -> None:
    """Take the socket and what to warm from the command line, and serve."""
    descriptor, *modules = sys.argv[1:]
    linux.set_dumpable(allowed=False)
    linux.adopt_orphans()
    importlib.import_module("ipykernel.debugger")
    for module in modules:
        importlib.import_module(module).warm_up()
    if threading.active_count() > 1 or len(list(_TASKS.iterdir())) > 1:
        raise SystemExit("Warming up has started a thread: forked kernels would lack it.")
    note_modules()
    gc.collect()
    gc.freeze()
    with socket.socket(fileno=int(descriptor)) as requests:
        _Server(requests).serve()


if __name__ == "__main__":
    main()
