"""Our own notebooks and published ones, each in the kernels that they are trusted with."""

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from stockcast_lib.core.cancellation import Cancellation
from stockcast_lib.core.jobs import Progress
from stockcast_lib.ports import ClosingRunner, NotebookRun, NotebookRunner


class ModelRunners:
    """Two runners; the second is made when it is first needed, for few have any use of it.

    Args:
        own: for notebooks that come with Stockcast.
        published: makes the one for all others.
    """

    def __init__(self, own: NotebookRunner, published: Callable[[], ClosingRunner]) -> None:
        self._own = own
        self._make = published
        self._published: ClosingRunner | None = None
        self._lock = threading.Lock()

    def run(
        self,
        notebook: Path,
        parameters: Mapping[str, Any],
        on_progress: Callable[[Progress], None],
        cancellation: Cancellation,
        *,
        published: bool,
    ) -> NotebookRun:
        """See `NotebookRunner.run`.

        Raises:
            ModelsRefused: it is published, and cannot be run safely here.
        """
        runner = self._for_published() if published else self._own
        return runner.run(notebook, parameters, on_progress, cancellation)

    def close(self) -> None:
        """End the second one, if there is one."""
        with self._lock:
            if self._published is not None:
                self._published.close()

    def _for_published(self) -> ClosingRunner:
        with self._lock:
            if self._published is None:
                self._published = self._make()
            return self._published
