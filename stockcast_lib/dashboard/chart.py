"""The interactive chart, as a widget that takes figures as JSON values.

It is drawn by plain assignment: inside `batch_update()` a figure widget does not redraw.
"""

from copy import deepcopy
from typing import Any

import plotly.graph_objects as go

# The button that is removed would send the chart to another host.
# What the page gives it: `.stockcast-chart` in the page's style.
_HEIGHT = 502
_CONFIG = {
    "displaylogo": False,
    "responsive": True,
    "modeBarButtonsToRemove": ["sendChartToCloud"],
}


def empty_chart() -> go.FigureWidget:
    """A chart without data; the page gives its size."""
    chart = go.FigureWidget(layout=_page_layout({}))
    chart._config = _CONFIG  # noqa: SLF001  # a figure widget takes it in no other way
    return chart


def draw(chart: go.FigureWidget, figure: dict[str, Any]) -> None:
    """Replace what a chart shows, on every page that shows it."""
    chart.data = ()
    chart.add_traces(figure["data"])
    chart.layout = _page_layout(figure["layout"])
    # The lines above are messages to pages that are ready for them. A page that still loads
    # starts from these two.
    chart._widget_data = deepcopy(chart._data)  # noqa: SLF001
    # It would take a height of its own where none is given.
    chart._widget_layout = {**deepcopy(chart._layout), "height": _HEIGHT}  # noqa: SLF001


def _page_layout(layout: dict[str, Any]) -> dict[str, Any]:
    # Without a template named, a figure widget puts its own over the figure's looks.
    free = {name: value for name, value in layout.items() if name not in {"width", "height"}}
    return {"template": "none", **free, "autosize": True}
