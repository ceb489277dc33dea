"""The traces of a forecast's figure, and what each is, so that others find it in the document.

They are plain documents: plotly's own objects check every value, at twenty times the price of the
rest of the figure. A test has them checked.
"""

from typing import Any, Literal

Part = Literal[
    "band", "observations", "fit", "model", "forecast", "naive", "target", "past forecast"
]


Trace = dict[str, Any]


def line_trace(**attributes: Any) -> Trace:
    """A line, unless its `mode` says otherwise."""
    return {"type": "scatter", "mode": "lines", **attributes}


def mark(part: Part, **more: Any) -> dict[str, Any]:
    """A trace's `meta`."""
    return {"part": part, **more}


def part_of(trace: dict[str, Any]) -> str | None:
    """What a trace of a document is; None in documents made before traces said it."""
    meta = trace.get("meta")
    return meta.get("part") if isinstance(meta, dict) else None
