"""What surrounds the charts that a page shows: paper, legend, hover text and axes."""

from typing import Any

from stockcast_lib.charts import appearance as look
from stockcast_lib.charts.writing import PLAIN, Writing

_LOG_TICKS = 5
_DAY = 86_400_000  # in plotly's milliseconds


def surroundings(height: int, top: int) -> dict[str, Any]:
    """A layout without axes.

    Args:
        height: in pixels, where the page gives none.
        top: margin, with room for a title if there is one.
    """
    return {
        "font": {"family": look.FONT, "size": 13, "color": look.INK},
        "paper_bgcolor": look.PAPER,
        "plot_bgcolor": look.PAPER,
        "hovermode": "x unified",
        "hoverlabel": {"bgcolor": look.PAPER, "bordercolor": look.GRID},
        # At the bottom of the whole figure: beside the axis it would cover the dates. Its rows
        # are as many as the page is narrow, and the axis's automargin leaves room for them all.
        "legend": {
            "orientation": "h",
            "yref": "container",
            "y": 0,
            "yanchor": "bottom",
            "x": 0,
            "xanchor": "left",
            "tracegroupgap": 0,
        },
        "margin": {"l": 64, "r": 24, "t": top, "b": 64},
        "height": height,
    }


def across(**more: Any) -> dict[str, Any]:
    """The horizontal axis."""
    return {
        "automargin": True,
        "showgrid": False,
        "linecolor": look.GRID,
        "ticks": "outside",
        "tickcolor": look.GRID,
        **more,
    }


def date_axis(**more: Any) -> dict[str, Any]:
    """The horizontal axis, of dates."""
    return across(type="date", **dates(PLAIN), **more)


def dates(writing: Writing) -> dict[str, Any]:
    """How an axis writes its dates."""
    # The year in a line of its own, and once: longer labels are turned askew on a narrow page.
    ticks = [
        {"dtickrange": [_DAY, 28 * _DAY], "value": f"{writing.day_tick}\n%Y"},
        {"dtickrange": ["M1", "M6"], "value": f"{writing.month_tick}\n%Y"},
    ]
    return {"hoverformat": writing.hover, "tickformatstops": ticks}


def upwards(title: str, **more: Any) -> dict[str, Any]:
    """The vertical axis."""
    return {
        "title": {"text": title},
        "gridcolor": look.GRID,
        "zeroline": False,
        "automargin": True,
        # Between powers of ten plotly would write "2" and "5" for 20 and 50.
        "minorloglabels": "complete",
        **more,
    }


def scale(*, log: bool) -> dict[str, Any]:
    """The vertical axis's type, with no more ticks on a logarithmic one than have room."""
    return {"type": "log", "nticks": _LOG_TICKS} if log else {"type": "linear", "nticks": 0}
