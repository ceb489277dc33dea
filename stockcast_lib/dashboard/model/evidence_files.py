"""The files of a forecast, made when they are asked for."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from stockcast_lib.core.results import ForecastResult
from stockcast_lib.evidence.path_csv import csv_body
from stockcast_lib.ports import StoredForecast

Make = Callable[[StoredForecast, Callable[[], bytes]], bytes]


@dataclass(frozen=True)
class File:
    """What the browser saves."""

    name: str
    media: str
    content: bytes


@dataclass(frozen=True)
class Kind:
    """A kind of file.

    Attributes:
        words: on its button.
        ending: of its name.
        make: its content, of the stored forecast or of what gives the executed notebook.
    """

    words: str
    ending: str
    media: str
    make: Make


KINDS: Mapping[str, Kind] = MappingProxyType({
    "csv": Kind("Path (CSV)", ".csv", "text/csv", lambda stored, _: csv_body(stored)),
    "png": Kind("Chart (PNG)", ".png", "image/png", lambda stored, _: stored.picture),
    "json": Kind("Result (JSON)", ".json", "application/json", lambda stored, _: stored.result),
    "figure": Kind(
        "Chart (plotly JSON)", ".plotly.json", "application/json", lambda stored, _: stored.figure
    ),
    "notebook": Kind(
        "Executed notebook", ".ipynb", "application/x-ipynb+json", lambda _, executed: executed()
    ),
})  # fmt: skip


def file_of(
    kind: Kind, result: ForecastResult, stored: StoredForecast, executed: Callable[[], bytes]
) -> File:
    """One file, named for the forecast."""
    # What the result says comes out of a notebook, and a name must not lead elsewhere.
    ticker = re.sub(r"[^A-Za-z0-9.]", "_", result.ticker)
    name = f"{ticker}-{result.days}d-{result.as_of}{kind.ending}"
    return File(name, kind.media, kind.make(stored, executed))
