"""How the `stockcast study` commands show what they found."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from stockcast_lib.charts import appearance as look
from stockcast_lib.charts.studies.page import figure_page
from stockcast_lib.charts.studies.words import column_text, share_text
from stockcast_lib.cli_study.documents import study_document
from stockcast_lib.core.errors import InvalidRequest
from stockcast_lib.core.price_history import PriceHistory

# Of a file or a pipe: who reads it there folds or searches the lines.
_UNLIMITED = 10_000
_LARGE = 1e5
_RATE, _PLAIN = "{:+.2f}".format, "{:g}".format
_FORMATS: dict[str, Callable[[Any], str]] = {
    "change": "{:+,.2f}".format,
    "prior": _PLAIN,
    "train_coverage": share_text,
    "test_coverage": share_text,
    "rate_change": _RATE,
    "rate_before": _RATE,
    "rate_after": _RATE,
}


@dataclass(frozen=True)
class Output:
    """What a user wants beside the words: files to write, and JSON instead of words."""

    html: Path | None
    csv: Path | None
    as_json: bool


@dataclass(frozen=True)
class Found:
    """A study with what is to be shown of it.

    Attributes:
        study: its dataclass.
        figure: what draws it.
        lines: what puts it into words.
        frame: its main frame, for a CSV.
        table: rows for the terminal, or None where the words say all.
    """

    study: Any
    figure: Callable[[Any, PriceHistory], go.Figure]
    lines: Callable[[Any], Sequence[str]]
    frame: pd.DataFrame
    table: pd.DataFrame | None = None


def show(found: Found, history: PriceHistory, name: str, output: Output) -> None:
    """Write the files that are wanted, and say on the terminal what was found."""
    if output.html:
        page = figure_page(found.figure(found.study, history), f"{history.ticker}: {name}")
        _write(output.html, page)
    if output.csv:
        text = found.frame.to_csv(index=False, date_format="%Y-%m-%d", lineterminator="\n")
        _write(output.csv, text)
    if output.as_json:
        document = {"ticker": history.ticker, "study": name, "sample": history.sample}
        print(json.dumps(document | study_document(found.study), allow_nan=False))  # noqa: T201
    else:
        _say(found, history)


def _say(found: Found, history: PriceHistory) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console.width = _UNLIMITED
    if found.table is not None and len(found.table):
        table = Table()
        for name in found.table.columns:
            table.add_column(column_text(str(name)), justify="right")
        for row in found.table.to_dict("records"):
            table.add_row(*(_cell(str(name), value) for name, value in row.items()))
        console.print(table)
    data = look.data_text(history.frame.index[-1].date(), sample=history.sample)
    for line in (*found.lines(found.study), data):
        console.print(f"{history.ticker}: {line}")


def _cell(name: str, value: Any) -> str:
    if name in _FORMATS:
        return _FORMATS[name](value)
    if isinstance(value, pd.Timestamp):
        return str(value.date())
    if not isinstance(value, float):
        return str(value)
    # Volumes: parts of a share would be noise.
    return f"{value:,.0f}" if value >= _LARGE else look.price_text(value)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InvalidRequest(f"{path} cannot be written: {error.strerror}.", fields=[]) from None
