"""Notebooks: which there are, and what runs them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from stockcast_lib.core.cancellation import Cancellation
from stockcast_lib.core.errors import StockcastError
from stockcast_lib.core.jobs import Progress


@dataclass(frozen=True)
class NotebookRun:
    """What came of executing a notebook.

    Attributes:
        executed: the notebook with its outputs, as it stands on disk (JSON in UTF-8).
        outputs: the MIME bundles displayed, in order.
        error: what stopped it, or None.
    """

    executed: bytes
    outputs: tuple[Mapping[str, Any], ...]
    error: StockcastError | None


@dataclass(frozen=True)
class CellRun:
    """A code cell that has run.

    Attributes:
        progress: which one.
        seconds: that it took.
        ended_well: whether it ran to its end; not if it raised or was stopped.
    """

    progress: Progress
    seconds: float
    ended_well: bool


class ModelCatalogue(Protocol):
    """The forecasting notebooks that a request may name, as `N` or `N@REV`."""

    def resolve(self, model: str) -> str:
        """The same with the revision that a published model's name stands for now.

        Raises InvalidRequest for an unknown model or revision.
        """

    def notebook(self, model: str) -> Path:
        """A resolved model's notebook. Raises InvalidRequest."""

    def revision(self, model: str) -> str:
        """What tells this notebook and library from any other. Raises InvalidRequest."""

    def is_published(self, model: str) -> bool:
        """Whether a resolved model is somebody's, and so not trusted as our own are."""


class NotebookRunner(Protocol):
    """Executes a notebook in a kernel of its own."""

    def run(
        self,
        notebook: Path,
        parameters: Mapping[str, Any],
        on_progress: Callable[[Progress], None],
        cancellation: Cancellation,
    ) -> NotebookRun:
        """Run it until it ends, or is to. Never raises for what the notebook does."""


class ClosingRunner(NotebookRunner, Protocol):
    """A runner with something to be ended."""

    def close(self) -> None:
        """End it."""
