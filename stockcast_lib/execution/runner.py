"""The `NotebookRunner`: papermill in a kernel that is ready, with every outcome as data."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from concurrent import futures
from concurrent.futures import Future
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import nbformat
from jupyter_client.kernelspec import NoSuchKernel
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.engines import papermill_engines
from papermill.exceptions import PapermillException, PapermillExecutionError
from papermill.execute import (
    prepare_notebook_metadata,
    raise_for_execution_errors,
    remove_error_markers,
)
from papermill.inspection import inspect_notebook
from papermill.iorw import load_notebook_node
from papermill.parameterize import parameterize_notebook

from stockcast_lib.core.cancellation import Cancellation
from stockcast_lib.core.errors import (
    KernelDied,
    NotebookFailed,
    NotebookTimedOut,
    OutputTooLarge,
    StockcastError,
    error_from_name,
)
from stockcast_lib.core.executed_notebooks import displayed_bundles, notebook_file
from stockcast_lib.core.jobs import Progress
from stockcast_lib.core.notebook_parameters import json_parameters
from stockcast_lib.execution.confinement import Confinement
from stockcast_lib.execution.descendants import too_many
from stockcast_lib.execution.engine import ENGINE, Session
from stockcast_lib.execution.limits import Limits
from stockcast_lib.execution.loop_thread import LoopThread
from stockcast_lib.execution.ready_kernel import (
    START_SECONDS,
    KernelRecipe,
    ReadyKernel,
    shared_context,
)
from stockcast_lib.ports import CellRun, NotebookRun

KERNEL = "stockcast"
_DISPOSE_SECONDS = 10.0


def _unheard(_cell: CellRun) -> None:
    """Nobody asks what becomes of cells."""


class PapermillRunner:
    """Executes one notebook at a time, each in a kernel of its own.

    Args:
        environment: all that kernels see of the environment.
        limits: what a run may use.
        kernel_name: the kernelspec.
        prelude: see `KernelRecipe`.
        confinement: what alone kernels may reach; without one, all that this process may.
        cell_ran: told of each code cell that has run, in the context of whoever runs the notebook.
        warm: see `KernelRecipe`.
        ahead: whether the next run's kernel is kept ready, which takes memory while nothing runs.
    """

    def __init__(  # noqa: PLR0913  # each by its name
        self,
        *,
        environment: Mapping[str, str],
        limits: Limits,
        kernel_name: str = KERNEL,
        prelude: str = "",
        confinement: Confinement | None = None,
        cell_ran: Callable[[CellRun], None] | None = None,
        warm: str = "",
        ahead: bool = True,
    ) -> None:
        self._limits = limits
        self._cell_ran = cell_ran or _unheard
        self._ahead = ahead
        self._recipe = KernelRecipe(
            kernel_name, environment, limits, shared_context(), prelude, confinement, warm
        )
        self._loop = LoopThread("notebooks")
        self._spare: Future[ReadyKernel] | None = None
        self._disposals: set[Future[None]] = set()

    def prepare(self) -> None:
        """Start the next run's kernel, if none is ready or starting. Returns at once."""
        if self._spare is None:
            self._spare = self._loop.submit(ReadyKernel.start(self._recipe))

    @property
    def ready(self) -> int:
        """How many kernels wait for their run."""
        spare = self._spare
        return int(spare is not None and spare.done() and spare.exception() is None)

    def wait_until_ready(self) -> None:
        """Have a kernel ready, if one is to be kept. Raises as `ReadyKernel.start` does."""
        if not self._ahead:
            return
        self.prepare()
        assert self._spare is not None  # noqa: S101  # for mypy  # nosec B101
        self._spare.result(2 * START_SECONDS)

    def run(
        self,
        notebook: Path,
        parameters: Mapping[str, Any],
        on_progress: Callable[[Progress], None],
        cancellation: Cancellation,
    ) -> NotebookRun:
        """See `NotebookRunner.run`. Not on an event loop's thread."""
        try:
            checked = _checked(notebook, parameters)
            kernel = self._take()
        except StockcastError as error:
            return _outcome(notebook, None, error)
        except (NoSuchKernel, OSError, ValueError) as error:
            return _outcome(notebook, None, _could_not_run(notebook, error))
        if self._ahead:
            # While this run keeps one core busy, the next run's kernel starts on another.
            self.prepare()
        try:
            return self._run(notebook, checked, kernel, on_progress, cancellation)
        finally:
            self._dispose(kernel)

    def close(self) -> None:
        """End the kernel that is ready, and the threads."""
        spare, self._spare = self._spare, None
        if spare is not None:
            self._loop.submit(_dispose_of(spare)).result(_DISPOSE_SECONDS)
        futures.wait(set(self._disposals), _DISPOSE_SECONDS)
        self._loop.close()
        self._recipe.context.destroy(linger=0)

    def _take(self) -> ReadyKernel:
        try:
            kernel = self._next()
        except KernelDied:
            return self._next()
        if not kernel.has_ended():
            return kernel
        # It died while it waited: so may the next have, that was forked from the same server.
        self._dispose(kernel)
        return self._next()

    def _dispose(self, kernel: ReadyKernel) -> None:
        """In the background, for whoever ran a notebook need not wait; `close` does."""
        disposal = self._loop.submit(kernel.dispose())
        self._disposals.add(disposal)
        disposal.add_done_callback(self._disposals.discard)

    def _next(self) -> ReadyKernel:
        self.prepare()
        spare, self._spare = self._spare, None
        assert spare is not None  # noqa: S101  # for mypy  # nosec B101
        try:
            return spare.result(2 * START_SECONDS)
        except TimeoutError as error:
            spare.cancel()
            raise KernelDied("No kernel got ready in time: the machine is overloaded.") from error

    def _run(
        self,
        notebook: Path,
        parameters: Mapping[str, Any],
        kernel: ReadyKernel,
        on_progress: Callable[[Progress], None],
        cancellation: Cancellation,
    ) -> NotebookRun:
        told: SimpleQueue[Progress | None] = SimpleQueue()

        def wait(coroutine: Coroutine[Any, Any, None]) -> None:
            future = self._loop.submit(coroutine)
            future.add_done_callback(lambda _: told.put(None))
            while (progress := told.get()) is not None:
                on_progress(progress)
            future.result()

        session = Session(kernel, self._limits, told.put, wait, self._cell_ran)
        with cancellation.calling(lambda: self._loop.submit(session.cancel())):
            error = self._execute(notebook, parameters, session)
        return _outcome(notebook, session, session.stopped_by or error)

    def _execute(
        self, notebook: Path, parameters: Mapping[str, Any], session: Session
    ) -> StockcastError | None:
        try:
            _by_papermill(notebook, parameters, self._recipe.name, session)
        except PapermillExecutionError as error:
            return self._raised(notebook, error, session.kernel)
        except CellTimeoutError as error:
            return self._timed_out(notebook, error)
        except DeadKernelError:
            return KernelDied(f"The kernel of {notebook.name} died before the notebook ended.")
        except (PapermillException, RuntimeError, ValueError, OSError) as error:
            return _could_not_run(notebook, error)
        return None

    def _raised(
        self, notebook: Path, error: PapermillExecutionError, kernel: ReadyKernel
    ) -> StockcastError:
        if known := error_from_name(error.ename, error.evalue):
            return known
        if kernel.process_limit is not None and kernel.process_limit.refused(error.ename):
            return too_many(self._limits)
        return NotebookFailed(
            f"{notebook.name} failed in cell {error.exec_count}: {error.ename}: {error.evalue}"
        )

    def _timed_out(self, notebook: Path, error: CellTimeoutError) -> StockcastError:
        if "IOPub" in str(error):
            # The kernel has answered, and what it displayed was too large to be taken.
            return OutputTooLarge(f"{notebook.name} displayed more at once than can be kept.")
        limits = self._limits
        return NotebookTimedOut(
            f"{notebook.name} was stopped: a run may take {limits.run_seconds:g} seconds, "
            f"one cell {limits.cell_seconds:g}."
        )


def _by_papermill(
    notebook: Path, parameters: Mapping[str, Any], kernel_name: str, session: Session
) -> None:
    """What `papermill.execute_notebook` does, but for writing the executed notebook.

    It would write it even where nobody asks, which takes as long as all that it does besides.
    """
    prepared = load_notebook_node(str(notebook))
    if parameters:
        prepared = parameterize_notebook(
            prepared, parameters, kernel_name=kernel_name, engine_name=ENGINE
        )
    remove_error_markers(prepare_notebook_metadata(prepared, notebook.name, None, False))
    executed = papermill_engines.execute_notebook_with_engine(
        ENGINE, prepared, kernel_name=kernel_name, progress_bar=False, session=session
    )
    raise_for_execution_errors(executed, None)


def _could_not_run(notebook: Path, error: Exception) -> NotebookFailed:
    return NotebookFailed(f"{notebook.name} could not be run: {error}")


async def _dispose_of(spare: "Future[ReadyKernel]") -> None:
    kernel = await asyncio.wrap_future(spare)
    await kernel.dispose()


def _checked(notebook: Path, parameters: Mapping[str, Any]) -> dict[str, Any]:
    known = inspect_notebook(notebook)
    unknown = sorted(set(parameters) - set(known))
    if unknown:
        raise NotebookFailed(
            f"{notebook.name} has no parameter {', '.join(unknown)}: "
            "add it to the cell tagged 'parameters'."
        )
    return json_parameters(parameters)


def _outcome(notebook: Path, session: Session | None, error: StockcastError | None) -> NotebookRun:
    executed = session.notebook if session else None
    if executed is None:
        executed = nbformat.read(notebook, as_version=4)  # type: ignore[no-untyped-call]
    return NotebookRun(notebook_file(executed), displayed_bundles(executed), error)
