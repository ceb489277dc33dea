"""A runner of whose notebooks nothing that looks like a secret is kept or shown."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from stockcast_lib.core.cancellation import Cancellation
from stockcast_lib.core.contract import hide_outputs, hide_secrets
from stockcast_lib.core.executed_notebooks import displayed_bundles, notebook_file
from stockcast_lib.core.jobs import Progress
from stockcast_lib.ports import ClosingRunner, NotebookRun


class HidingRunner:
    """The `NotebookRunner` port over another runner.

    Args:
        runner: runs the notebooks.
        secrets: values that its kernels know, and nobody else is to see.
    """

    def __init__(self, runner: ClosingRunner, secrets: tuple[str, ...]) -> None:
        self._runner = runner
        self._secrets = secrets

    def run(
        self,
        notebook: Path,
        parameters: Mapping[str, Any],
        on_progress: Callable[[Progress], None],
        cancellation: Cancellation,
    ) -> NotebookRun:
        """See `NotebookRunner.run`."""
        run = self._runner.run(notebook, parameters, on_progress, cancellation)
        if run.error is not None:
            run.error.message = hide_secrets(run.error.message, self._secrets)
            run.error.details = hide_outputs(run.error.details, self._secrets)
        shown = self._without_secrets(json.loads(run.executed))
        return replace(run, executed=notebook_file(shown), outputs=displayed_bundles(shown))

    def close(self) -> None:
        """End the runner."""
        self._runner.close()

    def _without_secrets(self, notebook: dict[str, Any]) -> dict[str, Any]:
        for cell in notebook["cells"]:
            if "outputs" in cell:
                cell["outputs"] = hide_outputs(cell["outputs"], self._secrets)
        return notebook
