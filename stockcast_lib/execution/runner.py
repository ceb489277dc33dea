"""The `NotebookRunner`: papermill in a scratch folder, with every outcome as data."""

import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
import papermill
from jupyter_client.kernelspec import NoSuchKernel
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.exceptions import PapermillException, PapermillExecutionError

from stockcast_lib.core.errors import (
    KernelDied,
    NotebookFailed,
    NotebookTimedOut,
    StockcastError,
    error_from_name,
)
from stockcast_lib.core.jobs import Progress
from stockcast_lib.core.notebook_parameters import json_parameters
from stockcast_lib.execution.engine import ENGINE, Session
from stockcast_lib.ports import NotebookRun

_KERNEL_START_TIMEOUT = 60


class PapermillRunner:
    """Executes one notebook at a time, in a kernel of its own. Call `run` off the event loop.

    Args:
        environment: all that kernels see of the environment.
        timeout: seconds for all cells of a notebook together.
        kernel_name: the kernelspec.
    """

    def __init__(
        self, *, environment: Mapping[str, str], timeout: float, kernel_name: str = "python3"
    ) -> None:
        self._environment = environment
        self._timeout = timeout
        self._kernel_name = kernel_name
        self._lock = threading.Lock()
        self._session: Session | None = None

    def run(
        self,
        notebook: Path,
        parameters: Mapping[str, Any],
        on_progress: Callable[[Progress], None],
    ) -> NotebookRun:
        """See `NotebookRunner.run`."""
        with self._session_for(on_progress) as session:
            error = self._execute(notebook, parameters, session)
            return _outcome(notebook, session, error)

    def cancel(self) -> None:
        """End the run that is under way, if there is one. Any thread may call."""
        with self._lock:
            if self._session is not None:
                self._session.cancel()

    @contextmanager
    def _session_for(self, on_progress: Callable[[Progress], None]) -> Any:
        with tempfile.TemporaryDirectory(prefix="stockcast-run-") as folder:
            session = Session(
                environment=self._environment,
                folder=Path(folder),
                deadline=time.monotonic() + self._timeout,
                on_progress=on_progress,
            )
            with self._lock:
                self._session = session
            try:
                yield session
            finally:
                with self._lock:
                    self._session = None

    def _execute(
        self, notebook: Path, parameters: Mapping[str, Any], session: Session
    ) -> StockcastError | None:
        try:
            papermill.execute_notebook(
                notebook,
                None,
                parameters=_checked(notebook, parameters),
                engine_name=ENGINE,
                kernel_name=self._kernel_name,
                progress_bar=False,
                start_timeout=_KERNEL_START_TIMEOUT,
                session=session,
            )
        except StockcastError as error:
            return error
        except PapermillExecutionError as error:
            known = error_from_name(error.ename, error.evalue)
            return known or NotebookFailed(
                f"{notebook.name} failed in cell {error.exec_count}: {error.ename}: {error.evalue}"
            )
        except CellTimeoutError:
            return NotebookTimedOut(
                f"{notebook.name} ran longer than {self._timeout:g} seconds and was stopped."
            )
        except DeadKernelError:
            return KernelDied(f"The kernel of {notebook.name} died before the notebook ended.")
        except (NoSuchKernel, PapermillException, RuntimeError, ValueError, OSError) as error:
            return NotebookFailed(f"{notebook.name} could not be run: {error}")
        return None


def _checked(notebook: Path, parameters: Mapping[str, Any]) -> dict[str, Any]:
    known = papermill.inspect_notebook(notebook)
    unknown = sorted(set(parameters) - set(known))
    if unknown:
        raise NotebookFailed(
            f"{notebook.name} has no parameter {', '.join(unknown)}: "
            "add it to the cell tagged 'parameters'."
        )
    return json_parameters(parameters)


def _outcome(notebook: Path, session: Session, error: StockcastError | None) -> NotebookRun:
    executed = session.notebook or nbformat.read(notebook, as_version=4)  # type: ignore[no-untyped-call]
    if "papermill" in executed.metadata:
        executed.metadata.papermill.input_path = notebook.name
    outputs = tuple(
        dict(output.data)
        for cell in executed.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if "data" in output
    )
    text: str = nbformat.writes(executed)  # type: ignore[no-untyped-call]
    return NotebookRun(text.encode(), outputs, error)
