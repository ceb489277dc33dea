"""docs/accuracy.md and its figures."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from tests.accuracy.protocol import (
    LEVEL,
    METHODS,
    OURS,
    SESSIONS,
    STEP,
    TICKERS,
    TRAINING,
    TUNED_BEFORE,
)
from tests.accuracy.tables import TERCILES
from tests.bench.machine import git_commit
from tests.markdown import table
from tests.servers import REPOSITORY

_FOLDER = REPOSITORY / "docs"
_COLOURS = {OURS: "#0b7a75", "naive": "#b4540a", "Prophet": "#8a5bb5"}
_OTHERS = "#66727f"
_HEAD = (
    "method", "MASE / naive", f"{LEVEL:.0%} band held", *TERCILES, "Winkler / naive",
    "CRPS / naive", "p", "ms a forecast",
)  # fmt: skip


def write(measured: pd.DataFrame, bars: pd.DataFrame) -> None:
    """Write the document and its two figures."""
    commit = git_commit()  # before the figures change the tree
    _draw("accuracy-error.png", "Error, naive forecast = 1", _errors, measured)
    _draw(
        "accuracy-coverage.png",
        f"Share of outcomes inside the {LEVEL:.0%} band",
        _coverages,
        measured,
    )
    (_FOLDER / "accuracy.md").write_text(_text(measured, bars, commit), encoding="utf-8")


def _text(measured: pd.DataFrame, bars: pd.DataFrame, commit: str) -> str:
    origins = int(measured["origins"].iloc[0])
    sections = [_section(sessions, measured) for sessions in SESSIONS]
    return f"""# How accurate the forecasts are

Measured by `make accuracy` at commit {commit} on {datetime.now(UTC).date()}.

{origins} origins, {STEP} sessions apart, from {TUNED_BEFORE.date()} on, in the bundled series of
{", ".join(TICKERS)}. At each, every method is given the last {TRAINING} adjusted closes and
forecasts {", ".join(map(str, SESSIONS))} sessions ahead. Whatever constants Stockcast has were
chosen on outcomes before {TUNED_BEFORE.date()}; these origins were scored afterwards.

Errors and scores are in units of the series' mean absolute change a session before the origin, and
given as ratios to the naive forecast's: below 1 is better. The last sessions' volatility sorts the
origins of each series into thirds: {", ".join(TERCILES)}. `p` is the Diebold-Mariano test's, that
the absolute errors differ from the naive forecast's. The classical methods are statsforecast's, on
the log price; Prophet is Prophet as it comes, on the price.

![Errors by method and horizon](accuracy-error.png)

![Coverage by method, horizon and volatility](accuracy-coverage.png)

{"".join(sections)}## What is asked of Stockcast

{table(("figure", "sessions", "measured", "bar", "aim"), _bar_rows(bars))}
The series are few and their companies have survived; most have risen. A drift towards what shares
have earned in the long run pays more on such than it would on others.
"""


def _section(sessions: int, measured: pd.DataFrame) -> str:
    rows = measured[measured["sessions"] == sessions]
    return f"## {sessions} sessions ahead\n\n{table(_HEAD, map(_cells, rows.to_dict('records')))}\n"


def _cells(row: dict[str, object]) -> tuple[str, ...]:
    ratio = {name: f"{row[name]:.3f}" for name in ("mase", "winkler", "crps")}
    held = [f"{100 * float(str(row[name])):.1f} %" for name in ("coverage", *TERCILES)]
    p_value = "-" if pd.isna(row["p_value"]) else f"{row['p_value']:.3f}"
    return (
        str(row["method"]), ratio["mase"], *held, ratio["winkler"], ratio["crps"], p_value,
        f"{1000 * float(str(row['seconds'])):.1f}",
    )  # fmt: skip


def _bar_rows(bars: pd.DataFrame) -> Iterable[tuple[str, ...]]:
    for row in bars.to_dict("records"):
        limits = (_limit(float(row["value"]), float(row[name])) for name in ("bar", "aim"))
        yield str(row["figure"]), str(row["sessions"]), f"{row['value']:.3f}", *limits


def _limit(value: float, most: float) -> str:
    if most == float("inf"):
        return "-"
    return f"≤ {most:g}{'' if value <= most else ', missed'}"


def _draw(
    name: str, title: str, draw: Callable[[Axes, pd.DataFrame], None], measured: pd.DataFrame
) -> None:
    figure = Figure(figsize=(10, 3.6), dpi=120, facecolor="white")
    FigureCanvasAgg(figure)
    panels = figure.subplots(1, len(SESSIONS), sharey=True)
    for axes, sessions in zip(panels, SESSIONS, strict=True):
        draw(axes, measured[measured["sessions"] == sessions].set_index("method"))
        axes.set_title(f"{sessions} sessions ahead", fontsize=10, loc="left")
        axes.set_yticks(range(len(METHODS)), METHODS)
        axes.invert_yaxis()
        axes.grid(visible=True, axis="x", color="#e6eaee")
        axes.set_axisbelow(True)
        axes.spines[["top", "right", "left"]].set_visible(False)
        axes.tick_params(length=0, labelsize=9)
    figure.suptitle(title, x=0.01, ha="left", fontsize=12, weight="bold")
    figure.tight_layout()
    figure.savefig(_FOLDER / name, metadata={"Software": None})


def _errors(axes: Axes, at: pd.DataFrame) -> None:
    axes.axvline(1, color=_COLOURS["naive"], linestyle=":", linewidth=1.5)
    for row, method in enumerate(METHODS):
        axes.plot(at.loc[method, "mase"], row, "o", color=_COLOURS.get(method, _OTHERS))


def _coverages(axes: Axes, at: pd.DataFrame) -> None:
    axes.axvline(LEVEL, color="#1f2933", linestyle=":", linewidth=1.5)
    for row, method in enumerate(METHODS):
        colour = _COLOURS.get(method, _OTHERS)
        terciles = at.loc[method, list(TERCILES)].to_numpy(dtype=float)
        axes.plot(
            [terciles.min(), terciles.max()], [row, row], color=colour, linewidth=2, alpha=0.4
        )
        axes.plot(at.loc[method, "coverage"], row, "o", color=colour)
    axes.set_xlim(0.2, 1)
