"""The models that can be asked for."""

from dataclasses import dataclass
from typing import Any

from stockcast_lib.core.model_config import BUILT_IN_MODELS

_HEAD = ("name", "model", "revision")


@dataclass(frozen=True)
class ServedModel:
    """A model notebook that can be asked for.

    Attributes:
        name: what `forecast(model=…)` takes.
        title: for people.
        revision: which state of the notebook answers now.
    """

    name: str
    title: str
    revision: str


class ModelList(tuple[ServedModel, ...]):
    """The models, the usual one first; JupyterLab shows them as a card."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "\n".join(f"{each.name}: {each.title}, revision {each.revision}" for each in self)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        from stockcast_lib.report.html import card, table

        rows = [(each.name, each.title, each.revision) for each in self]
        html = card("Models", (), table(_HEAD, rows))
        return {"text/html": html, "text/plain": repr(self)}


def models() -> ModelList:
    """The models that the running service forecasts with.

    Raises:
        StockcastError: the one that says what went wrong.
    """
    from stockcast_lib import wiring

    catalogue, titles = wiring.models(), {each.name: each.title for each in BUILT_IN_MODELS}
    return ModelList(
        ServedModel(name, titles.get(name, name), catalogue.revision(catalogue.resolve(name)))
        for name in wiring.model_registry().served()
    )
