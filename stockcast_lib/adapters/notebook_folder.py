"""The model catalogue as a folder of notebooks."""

import hashlib
from pathlib import Path

from stockcast_lib.core.errors import InvalidRequest
from stockcast_lib.core.jobs import DEFAULT_MODEL

_FILES = {DEFAULT_MODEL: "forecast.ipynb"}


class NotebookFolder:
    """The `ModelCatalogue` port.

    Args:
        folder: where the notebooks are.
        package_version: of the library that they import.
    """

    def __init__(self, folder: Path, package_version: str) -> None:
        self._folder = folder
        self._package_version = package_version

    def notebook(self, model: str) -> Path:
        """See `ModelCatalogue.notebook`."""
        if model not in _FILES:
            known = ", ".join(_FILES)
            message = f"is not a known model; known are: {known}"
            raise InvalidRequest(
                f"The request is not valid: model {message}.",
                fields=[{"field": "model", "message": message}],
            )
        return self._folder / _FILES[model]

    def revision(self, model: str) -> str:
        """See `ModelCatalogue.revision`: the notebook's hash and the library's version."""
        content = hashlib.sha256(self.notebook(model).read_bytes()).hexdigest()
        return f"{content[:16]}+{self._package_version}"
