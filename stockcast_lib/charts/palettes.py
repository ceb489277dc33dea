"""The charts' colours on dark paper: a document is recoloured by replacing the exact strings."""

from collections.abc import Mapping
from typing import Any

from stockcast_lib.charts import appearance as look

_OPACITIES = (
    *look.FAN_OPACITIES,
    look.BAND_OPACITY,
    look.FAINT_OPACITY,
    look.BAR_OPACITY,
    look.EDGE_OPACITY,
)
# As much of a light colour shows less on dark paper.
_DENSER = 1.4
_DARK_SCALE = (
    "#2a788e", "#25858e", "#22928b", "#21a088", "#2bac80", "#38b877",
    "#54c467", "#71cf56", "#93d640", "#b6de2b", "#dae328", "#fde725",
)  # fmt: skip
_SOLID = {
    look.INK: "#e6edf3",
    look.MUTED: "#9aa7b4",
    look.GRID: "#26323f",
    look.PAPER: "#0f1720",
    look.MODEL: "#3fc1b6",
    look.NAIVE: "#f0954a",
    look.PAST: "#93a4f7",
    look.FALL: "#ff8a80",
    look.CANDLE_UP: "#4ba3e3",
    look.CANDLE_DOWN: "#f08a3c",
    look.TRAINING: "#93a1ae",
    **dict(zip(look.SERIES[3:5], ("#e08cc0", "#b5c44a"), strict=True)),
    **dict(zip(look.SCALE, _DARK_SCALE, strict=True)),
    # These stand out from both papers.
    **{colour: colour for colour in look.TICKERS},
}

DARK: dict[str, str] = {
    **_SOLID,
    **{
        look.see_through(light, opacity): look.see_through(dark, round(_DENSER * opacity, 3))
        for light, dark in _SOLID.items()
        for opacity in _OPACITIES
    },
}
"""Each colour string of the figures, solid or see-through, to the one for dark paper."""

_DATA = frozenset({"x", "y", "open", "high", "low", "close", "base", "customdata", "text"})


def recoloured(document: dict[str, Any], mapping: Mapping[str, str] = DARK) -> dict[str, Any]:
    """A figure document in other colours.

    Args:
        document: as `figure_document` gives it; it stays as it is.
        mapping: from colour strings to colour strings; others stay.
    """
    recast: dict[str, Any] = _recoloured(document, mapping)
    return recast


def _recoloured(value: Any, mapping: Mapping[str, str]) -> Any:
    match value:
        case str():
            return mapping.get(value, value)
        case dict():
            # The prices hold no colours, and are nearly all of a document.
            return {
                name: held if name in _DATA else _recoloured(held, mapping)
                for name, held in value.items()
            }
        case list():
            return [_recoloured(each, mapping) for each in value]
        case _:
            return value
