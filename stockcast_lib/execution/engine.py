"""The papermill engine: runs a notebook's cells in a kernel that is ready.

1. papermill's blocking kernel manager ignores time limits and hangs when a kernel dies; here all
   is asynchronous, on the event loop of the session's owner.
2. papermill marks every cell completed after a dead kernel or a time-out; here the cell that was
   under way is marked failed, and the status of the run is what was raised.
3. papermill saves the notebook at every cell; here it is read once, at the end, from the session.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

from nbclient.exceptions import CellExecutionError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine

from stockcast_lib.core.errors import OutputTooLarge, RunCancelled, StockcastError
from stockcast_lib.core.jobs import Progress
from stockcast_lib.execution.descendants import overdrawn
from stockcast_lib.execution.limits import MEGABYTE, OUTPUT_BYTES, Limits
from stockcast_lib.execution.ready_kernel import ReadyKernel
from stockcast_lib.execution.versions import library_versions
from stockcast_lib.ports import CellRun

ENGINE = "stockcast"
INTERRUPT_GRACE_SECONDS = 0.5
_LOOK_SECONDS = 0.25
# Of the time, at most: a family that is large takes long to look at.
_LOOKING_SHARE = 0.1


@dataclass
class Session:
    """One run as its engine and its owner share it.

    Attributes:
        kernel: made for this run.
        limits: what the run may use.
        tell: called on the event loop when a code cell begins.
        wait: runs a coroutine on the kernel's event loop, and waits for it.
        cell_ran: told of each code cell that has run, however it ended.
        notebook: the notebook as far as it has been executed.
        stopped_by: why the run was ended from outside, if it was.
    """

    kernel: ReadyKernel
    limits: Limits
    tell: Callable[[Progress], None]
    wait: Callable[[Coroutine[Any, Any, None]], None]
    cell_ran: Callable[[CellRun], None]
    notebook: Any = None
    stopped_by: StockcastError | None = None
    deadline: float = field(init=False)

    def __post_init__(self) -> None:
        self.deadline = time.monotonic() + self.limits.run_seconds

    def seconds_for_a_cell(self, _cell: Any) -> float:
        """What the limits leave for a cell that starts now."""
        # 0 would mean no limit.
        return max(0.01, min(self.limits.cell_seconds, self.deadline - time.monotonic()))

    async def stop(self, reason: StockcastError) -> None:
        """End the run: first as Ctrl-C does, then by force."""
        self.stopped_by = self.stopped_by or reason
        await self.kernel.interrupt()
        await asyncio.sleep(INTERRUPT_GRACE_SECONDS)
        await self.kernel.kill()

    async def keep_within_limits(self) -> None:
        """Look at what the kernel's processes hold until it is too much, and end the run then."""
        spent = 0.0
        while True:
            await asyncio.sleep(max(_LOOK_SECONDS, spent / _LOOKING_SHARE))
            began = time.monotonic()
            reason = overdrawn(self.kernel.process.pid, self.limits)
            spent = time.monotonic() - began
            if reason is not None:
                self.stopped_by = self.stopped_by or reason
                # An interrupt would reach the kernel alone, and what forks would fork on.
                await self.kernel.kill_family()
                return

    async def cancel(self) -> None:
        """End the run because nobody waits for it any more."""
        await self.stop(RunCancelled("The run was cancelled."))


class _Client(PapermillNotebookClient):  # type: ignore[misc]
    """Counts what comes out of the kernel."""

    def __init__(self, nb_man: Any, session: Session, **options: Any) -> None:
        super().__init__(nb_man, **options)
        self._session = session
        self._displayed = 0
        self._stopping: asyncio.Task[None] | None = None

    def process_message(self, msg: Any, cell: Any, cell_index: int) -> Any:
        """See `NotebookClient.process_message`; drops outputs beyond the limit."""
        self._displayed += sum(len(str(value)) for value in msg["content"].get("data", {}).values())
        if self._displayed > OUTPUT_BYTES and msg["msg_type"] != "status":
            if self._stopping is None:
                limit = f"{OUTPUT_BYTES // MEGABYTE} MB"
                reason = OutputTooLarge(f"The notebook displayed more than {limit}: display less.")
                self._stopping = asyncio.ensure_future(self._session.stop(reason))
            return None
        return super().process_message(msg, cell, cell_index)


class StockcastEngine(Engine):  # type: ignore[misc]
    """Executes a notebook for a `Session`."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: Any, kernel_name: str, *, session: Session, **_: Any
    ) -> None:
        """Run all cells; papermill calls this and then looks for errors in the outputs."""
        session.notebook = nb_man.nb
        nb_man.nb.metadata["stockcast"] = {"versions": library_versions()}
        session.wait(_run_cells(nb_man, kernel_name, session))


async def _run_cells(nb_man: Any, kernel_name: str, session: Session) -> None:
    kernel, places = session.kernel, _places(nb_man.nb)
    client = _Client(
        nb_man,
        session,
        km=kernel.manager,
        kernel_name=kernel_name,
        timeout_func=session.seconds_for_a_cell,
        on_cell_execute=_progress_teller(places, session.tell),
    )
    client.kc = kernel.client
    client.reset_execution_trackers()
    unwatch = _watch_for_death(kernel, client)
    keeping = asyncio.ensure_future(session.keep_within_limits())
    try:
        for index, cell in enumerate(nb_man.nb.cells):
            nb_man.cell_start(cell, index)
            began, ended_well = time.monotonic(), False
            try:
                await client.async_execute_cell(cell, index)
                ended_well = True
            except CellExecutionError as error:
                # papermill finds it in the cell's outputs, and raises it from there.
                nb_man.cell_exception(cell, cell_index=index, exception=error)
                return
            except BaseException as error:
                nb_man.cell_exception(cell, cell_index=index, exception=error)
                raise
            finally:
                nb_man.cell_complete(cell, cell_index=index)
                if index in places:
                    seconds = time.monotonic() - began
                    session.cell_ran(CellRun(places[index], seconds, ended_well))
        nb_man.nb.metadata.language_info = kernel.language_info
        client.set_widgets_metadata()
    finally:
        keeping.cancel()
        unwatch()


def _places(notebook: Any) -> Mapping[int, Progress]:
    """Which of the code cells each is, by its index in the notebook."""
    code_cells = [i for i, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    return {
        index: Progress(cell=number, cells=len(code_cells))
        for number, index in enumerate(code_cells, start=1)
    }


def _progress_teller(
    places: Mapping[int, Progress], tell: Callable[[Progress], None]
) -> Callable[..., None]:
    def on_cell_execute(*, cell_index: int, **_: Any) -> None:
        tell(places[cell_index])

    return on_cell_execute


def _watch_for_death(kernel: ReadyKernel, client: _Client) -> Callable[[], None]:
    """Have the cell under way end at once when the kernel dies; returns what ends the watch.

    nbclient looks once a second. A kernel that was started plainly has nothing to wait on.
    """
    descriptor = getattr(kernel.process, "fileno", lambda: -1)()
    if descriptor < 0:
        return _nothing
    loop = asyncio.get_running_loop()

    def died() -> None:
        loop.remove_reader(descriptor)
        if client.task_poll_for_reply is not None:
            client.task_poll_for_reply.cancel()

    def unwatch() -> None:
        loop.remove_reader(descriptor)

    loop.add_reader(descriptor, died)
    return unwatch


def _nothing() -> None:
    """There is no watch to end."""
