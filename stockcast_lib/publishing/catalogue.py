"""The model catalogue over the registry: published notebooks beside those that come with us."""

from pathlib import Path

from stockcast_lib.core.contract import code_revision, read_notebook
from stockcast_lib.core.errors import BadResult, UnknownModel
from stockcast_lib.core.models import BUILT_IN, ModelRef, model_ref, not_a_model, unknown_model
from stockcast_lib.ports import ModelCatalogue
from stockcast_lib.publishing.registry import ModelRegistry


class PublishedCatalogue:
    """The `ModelCatalogue` port.

    Args:
        registry: of what is published.
        own: the notebooks that come with Stockcast.
        folder: where fetched notebooks are kept, by their revision.
        package_version: of the library that the notebooks import.
    """

    def __init__(
        self, registry: ModelRegistry, own: ModelCatalogue, folder: Path, package_version: str
    ) -> None:
        self._registry = registry
        self._own = own
        self._folder = folder
        self._package_version = package_version

    def resolve(self, model: str) -> str:
        """See `ModelCatalogue.resolve`."""
        try:
            found = self._registry.resolve(model_ref(model))
        except UnknownModel as error:
            raise not_a_model(model, error.details["known"]) from None
        # Our own keeps its plain name, as long as nothing else was promoted in its place.
        return str(found) if found.revision != BUILT_IN or "@" in model else found.name

    def is_published(self, model: str) -> bool:
        """See `ModelCatalogue.is_published`."""
        return model_ref(model).revision not in (None, BUILT_IN)

    def notebook(self, model: str) -> Path:
        """See `ModelCatalogue.notebook`."""
        if not self.is_published(model):
            return self._own.notebook(model)
        ref = model_ref(model)
        path = self._folder / f"{ref.name}-{ref.revision}.ipynb"
        if not path.exists():
            self._fetch(ref, path)
        return path

    def revision(self, model: str) -> str:
        """See `ModelCatalogue.revision`."""
        if not self.is_published(model):
            return self._own.revision(model)
        return f"{model_ref(model).revision}+{self._package_version}"

    def _fetch(self, ref: ModelRef, path: Path) -> None:
        data = self._registry.store.notebook(ref)
        if data is None:
            raise unknown_model(str(ref), self._registry.served())
        if code_revision(read_notebook(data, path.name)) != ref.revision:
            raise BadResult(f"The stored notebook of {ref} is not the one that was published.")
        # Whole or not at all, for whoever runs it at the same time.
        part = path.with_suffix(".part")
        part.write_bytes(data)
        part.replace(path)
