"""The papermill engine: asynchronous kernel manager, live progress, limits on the whole run.

1. papermill's blocking kernel manager ignores time limits and hangs when a kernel dies; the
   asynchronous one does neither.
2. papermill marks every cell completed after a dead kernel or a time-out, so the status of a run
   is what was raised, never what the notebook's metadata say.
3. papermill saves the notebook at every cell; here it is read once, at the end, by `Session`.
"""

import contextlib
import os
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_client.manager import AsyncKernelManager
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, papermill_engines

from stockcast_lib.core.jobs import Progress

ENGINE = "stockcast"


@dataclass
class Session:
    """One run as its engine and its owner share it.

    Attributes:
        environment: all that the kernel sees of the environment.
        folder: the kernel's working directory.
        deadline: on `time.monotonic()`'s clock, for all cells together.
        on_progress: called from the run's thread when a code cell begins.
        notebook: the notebook as far as it has been executed.
        cancelled: whether `cancel` was called.
    """

    environment: Mapping[str, str]
    folder: Path
    deadline: float
    on_progress: Callable[[Progress], None]
    notebook: Any = None
    cancelled: bool = False
    _kernel: Any = field(default=None, repr=False)

    def started(self, kernel: Any) -> None:
        """Remember the kernel; end it at once when the run has been cancelled meanwhile."""
        self._kernel = kernel
        if self.cancelled:
            self.cancel()

    def cancel(self) -> None:
        """End the kernel and all that it started in its process group. Any thread may call."""
        self.cancelled = True
        provisioner = getattr(self._kernel, "provisioner", None)
        group = getattr(provisioner, "pgid", None)
        if group:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)


class StockcastEngine(Engine):  # type: ignore[misc]
    """Executes a notebook for a `Session`."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,
        *,
        session: Session,
        start_timeout: float = 60,
        **_: Any,
    ) -> None:
        """Run all cells; papermill calls this and then looks for errors in the outputs."""
        session.notebook = nb_man.nb
        code_cells = [
            index for index, cell in enumerate(nb_man.nb.cells) if cell.cell_type == "code"
        ]

        def tell_progress(*, cell_index: int, **_: Any) -> None:
            if cell_index in code_cells:
                number = code_cells.index(cell_index) + 1
                session.on_progress(Progress(cell=number, cells=len(code_cells)))

        client: Any = PapermillNotebookClient(
            nb_man,
            kernel_manager_class=AsyncKernelManager,
            kernel_name=kernel_name,
            startup_timeout=start_timeout,
            timeout_func=lambda _: max(1, round(session.deadline - time.monotonic())),
            resources={"metadata": {"path": str(session.folder)}},
            on_notebook_start=lambda **_: session.started(client.km),
            on_cell_execute=tell_progress,
        )
        client.execute(env=dict(session.environment))


papermill_engines.register(ENGINE, StockcastEngine)
