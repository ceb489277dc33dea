"""The model catalogue as a folder of notebooks: those that come with Stockcast."""

import hashlib
from pathlib import Path

from stockcast_lib.core.jobs import DEFAULT_MODEL
from stockcast_lib.core.models import BUILT_IN, not_a_model

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

    def resolve(self, model: str) -> str:
        """See `ModelCatalogue.resolve`."""
        self.notebook(model)
        return model

    def is_published(self, _model: str) -> bool:
        """See `ModelCatalogue.is_published`: they come with Stockcast."""
        return False

    def notebook(self, model: str) -> Path:
        """See `ModelCatalogue.notebook`."""
        name = model.removesuffix(f"@{BUILT_IN}")
        if name not in _FILES:
            raise not_a_model(model, _FILES)
        return self._folder / _FILES[name]

    def revision(self, model: str) -> str:
        """See `ModelCatalogue.revision`: the notebook's hash and the library's version."""
        content = hashlib.sha256(self.notebook(model).read_bytes()).hexdigest()
        return f"{content[:16]}+{self._package_version}"
