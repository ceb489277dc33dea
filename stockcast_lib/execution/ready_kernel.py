"""A kernel with its client connected, in a scratch folder of its own; used for one run."""

import asyncio
import contextlib
import resource
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from queue import Empty
from typing import Any, Self

import zmq.asyncio
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager

from stockcast_lib.core.errors import KernelDied
from stockcast_lib.execution import limited_output
from stockcast_lib.execution.confinement import Confinement, homes
from stockcast_lib.execution.descendants import kill_descendants
from stockcast_lib.execution.fork_client import ForkFailed
from stockcast_lib.execution.limits import OUTPUT_BYTES, Limits
from stockcast_lib.execution.process_limit import ProcessLimit, limit_processes

START_SECONDS = 60.0
PROVISIONER = "stockcast-fork"
_ANSWER_SECONDS = 1.0
_CONNECT_AGAIN_MS = 5
_WELCOME = "iopub_welcome"
_LIMITED_OUTPUT = (
    f"--IPKernelApp.outstream_class={limited_output.__name__}."
    f"{limited_output.LimitedOutStream.__name__}"
)


def shared_context() -> zmq.asyncio.Context:
    """A zmq context for the clients of many kernels.

    A message beyond the limit closes its connection instead of filling this process's memory.
    """
    context = zmq.asyncio.Context()
    context.setsockopt(zmq.MAXMSGSIZE, 2 * OUTPUT_BYTES)
    # The clients are there before their kernel listens.
    context.setsockopt(zmq.RECONNECT_IVL, _CONNECT_AGAIN_MS)
    return context


@dataclass(frozen=True)
class KernelRecipe:
    """How to start a kernel.

    Attributes:
        name: the kernelspec.
        environment: all that it sees of an environment.
        limits: what it may use.
        context: from `shared_context`.
        prelude: an expression that it evaluates while it waits for its notebook; whether that
            succeeds is no matter.
        confinement: what alone it may reach; None where it may all that this process may.
        warm: the module whose `warm_up()` the fork server calls, where not the kernelspec's.
    """

    name: str
    environment: Mapping[str, str] = field(repr=False)
    limits: Limits
    context: zmq.asyncio.Context = field(repr=False)
    prelude: str = ""
    confinement: Confinement | None = None
    warm: str = ""


class ReadyKernel:
    """Everything here happens on one event loop."""

    def __init__(self, recipe: KernelRecipe) -> None:
        self._recipe = recipe
        self._folder = tempfile.TemporaryDirectory(
            prefix="stockcast-run-", ignore_cleanup_errors=True
        )
        self.manager = AsyncKernelManager(kernel_name=recipe.name, context=recipe.context)
        self.language_info: Any = None
        self.process_limit: ProcessLimit | None = None
        self.client: AsyncKernelClient

    @classmethod
    async def start(cls, recipe: KernelRecipe) -> Self:
        """A kernel that has answered, and whose outputs are heard.

        Raises:
            KernelDied: it ended, or did not answer in time.
            jupyter_client.kernelspec.NoSuchKernel: there is no such kernelspec.
        """
        kernel = cls(recipe)
        try:
            await kernel._start()
        except BaseException:
            await kernel.dispose()
            raise
        return kernel

    async def _start(self) -> None:
        await self._launch()
        self._limit_memory()
        # Takes as long as the kernel does: both at once.
        limiting = asyncio.ensure_future(self._limit_processes())
        try:
            await self._connect()
        finally:
            await limiting

    async def _launch(self) -> None:
        environment = dict(self._recipe.environment)
        forking: dict[str, Any] = {}
        if self._recipe.warm and self._is_forked():
            forking["warm"] = self._recipe.warm
        if self._recipe.confinement is not None:
            environment |= homes(self._folder.name)
            forking["confinement"] = self._recipe.confinement
        try:
            await self.manager.start_kernel(
                env=environment,
                cwd=self._folder.name,
                extra_arguments=[_LIMITED_OUTPUT],
                # What is printed is in the notebook; a flood of it must not fill the log.
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                **forking,
            )
        except ForkFailed as error:
            raise KernelDied(f"A confined kernel could not be forked: {error}") from error

    def _is_forked(self) -> bool:
        # Jupyter's own provisioner, which a plain kernelspec has, takes no option but its own.
        spec: Any = self.manager.kernel_spec
        chosen = spec.metadata.get("kernel_provisioner", {})
        return bool(chosen.get("provisioner_name") == PROVISIONER)

    async def _connect(self) -> None:
        self.client = self.manager.client()
        self.client.start_channels(stdin=False, hb=False)
        self.client.allow_stdin = False
        await self._wait_until_heard()
        await self._settle_in()

    def _limit_memory(self) -> None:
        size = self._recipe.limits.memory_bytes
        try:
            resource.prlimit(self.process.pid, resource.RLIMIT_DATA, (size, size))
        except ProcessLookupError as error:
            raise KernelDied("The kernel ended as soon as it was started.") from error

    async def _limit_processes(self) -> None:
        most = self._recipe.limits.processes
        self.process_limit = await asyncio.to_thread(limit_processes, self.process.pid, most)

    async def _wait_until_heard(self) -> None:
        # jupyter_client's own `wait_for_ready` always waits 0.2 s for outputs that nobody sent.
        deadline = time.monotonic() + START_SECONDS
        with contextlib.suppress(Empty):
            # What is published before somebody listens is lost; the kernel greets who does.
            await self._wait_for_output(lambda message: message["msg_type"] == _WELCOME)
        while time.monotonic() < deadline:
            if self.has_ended():
                raise KernelDied("The kernel ended while it started: its log says why.")
            asked = self.client.kernel_info()
            with contextlib.suppress(Empty):
                reply = await self._answer(asked, _ANSWER_SECONDS)
                self.language_info = reply["content"]["language_info"]
                return
        raise KernelDied(f"The kernel did not answer within {START_SECONDS:g} seconds.")

    async def _settle_in(self) -> None:
        if self._recipe.prelude:
            asked = self.client.execute(self._recipe.prelude, silent=True, store_history=False)
            try:
                await self._answer(asked, START_SECONDS)
            except Empty as error:
                raise KernelDied("The kernel's prelude has no end.") from error

    async def _answer(self, asked: str, seconds: float) -> Any:
        """The reply to a request once all its outputs have come; raises Empty without one."""
        await self._wait_for_output(partial(_is_idle, asked=asked), seconds)
        return await self.client.get_shell_msg(timeout=seconds)

    async def _wait_for_output(
        self, wanted: Callable[[Any], bool], seconds: float = _ANSWER_SECONDS
    ) -> None:
        while not wanted(await self.client.get_iopub_msg(timeout=seconds)):
            pass

    @property
    def process(self) -> Any:
        """The kernel's process: a `subprocess.Popen`, or what answers as one does."""
        provisioner: Any = self.manager.provisioner
        return provisioner.process

    def has_ended(self) -> bool:
        """Whether its process has ended."""
        process = self.process
        return process is None or process.poll() is not None

    async def interrupt(self) -> None:
        """SIGINT, as Ctrl-C sends it: the cell under way ends with a KeyboardInterrupt."""
        await self._signal(signal.SIGINT)

    async def kill(self) -> None:
        """SIGKILL. The fork server kills whatever the kernel leaves behind."""
        await self._signal(signal.SIGKILL)

    async def kill_family(self) -> None:
        """SIGKILL to the kernel and to all that it has started, however fast that forks."""
        if self.process_limit is not None and self.process_limit.kills:
            self.process_limit.kill()
        else:
            kill_descendants(self.process.pid)
            await self.kill()

    async def _signal(self, number: int) -> None:
        if not self.has_ended():
            await self.manager.signal_kernel(number)

    async def dispose(self) -> None:
        """End the kernel and forget all of it."""
        if hasattr(self, "client"):
            self.client.stop_channels()
        if self.manager.provisioner is not None and self.manager.has_kernel:
            await self.manager.shutdown_kernel(now=True)
        if self.process_limit is not None:
            await asyncio.to_thread(self.process_limit.close)
        self._folder.cleanup()


def _is_idle(message: Any, *, asked: str) -> bool:
    """Whether a message says that the kernel has done with a request."""
    told: str | None = message["content"].get("execution_state")
    answers: str | None = message["parent_header"].get("msg_id")
    return (answers, told) == (asked, "idle")
