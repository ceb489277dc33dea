"""The kernel provisioner behind the kernelspec `stockcast`: kernels forked from a warm process.

jupyter_client chooses it by the kernelspec's metadata, so papermill, Voilà, JupyterLab and
nbclient use it unchanged. Where it cannot fork it starts the same kernel plainly, says so, and
counts it.
"""

import asyncio
import atexit
import os
import secrets
import shutil
import tempfile
from functools import cache
from pathlib import Path
from subprocess import DEVNULL
from typing import Any

import structlog
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import Unicode

from stockcast_lib.execution import linux
from stockcast_lib.execution.confinement import Confinement
from stockcast_lib.execution.counts import COUNTS
from stockcast_lib.execution.fork_client import ForkedProcess, ForkFailed, shared_fork_server

_log = structlog.get_logger()
_LAUNCHER = ["-m", "ipykernel_launcher"]
_NAME_BYTES = 8
# A Unix socket's path has at most 107 bytes; zmq adds "-1" to "-5".
_LONGEST_SOCKET_PATH = 107 - len("/") - 2 * _NAME_BYTES - len("-5")


@cache
def _socket_folder() -> str:
    # Private, so that nobody else on the machine reaches a kernel; short for the limit above.
    folder = tempfile.mkdtemp(prefix="sc-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


class ForkProvisioner(LocalProvisioner):
    """Forks kernels from this process's fork server."""

    warm = Unicode("", help="The module whose warm_up() the fork server calls.").tag(config=True)

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """See `LocalProvisioner`. TCP ports race and are open to the machine's other users."""
        manager = self.parent
        if manager is not None and manager.transport == "tcp" and linux.AVAILABLE:
            folder = _socket_folder()
            if len(os.fsencode(folder)) <= _LONGEST_SOCKET_PATH:
                manager.transport = "ipc"
                # Not to be guessed by a kernel that knows its own.
                manager.ip = f"{folder}/{secrets.token_hex(_NAME_BYTES)}"
        result: dict[str, Any] = await super().pre_launch(**kwargs)
        return result

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """See `LocalProvisioner`."""
        confinement: Confinement | None = kwargs.pop("confinement", None)
        warm = kwargs.pop("warm", self.warm)
        environment = {name: str(value) for name, value in kwargs.get("env", {}).items()}
        cwd = str(kwargs.get("cwd") or Path.cwd())
        try:
            process = await asyncio.to_thread(
                self._fork,
                warm,
                cmd,
                environment,
                cwd,
                quiet=kwargs.get("stdout") == DEVNULL,
                confinement=confinement,
            )
        except ForkFailed as error:
            if confinement is not None:
                # What cannot be confined must not run.
                raise
            _count_fallback(error)
            return await super().launch_kernel(cmd, **kwargs)
        self.process: Any = process
        self.pid = self.pgid = process.pid
        self.cwd = cwd
        return self.connection_info

    def _fork(
        self,
        warm: str,
        cmd: list[str],
        environment: dict[str, str],
        cwd: str,
        *,
        quiet: bool,
        confinement: Confinement | None,
    ) -> ForkedProcess:
        if not linux.AVAILABLE or cmd[1:3] != _LAUNCHER:
            raise ForkFailed("This kernel can only be started plainly.")
        return shared_fork_server(warm).fork(
            cmd[3:], environment, cwd, quiet=quiet, confinement=confinement
        )

    async def send_signal(self, signum: int) -> None:
        """See `LocalProvisioner`; an ended kernel's process id may be another's by now."""
        if self.process and self.process.poll() is None:
            await super().send_signal(signum)


def _count_fallback(error: ForkFailed) -> None:
    _log.warning("kernel.started_plainly", reason=str(error), count=COUNTS.fell_back())
