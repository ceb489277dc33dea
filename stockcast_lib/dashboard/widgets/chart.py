"""A plotly figure, drawn by plotly's own library in the browser."""

from importlib.resources import files
from pathlib import Path
from typing import Any

import anywidget
from traitlets import Bool, Dict, Unicode


class Chart(anywidget.AnyWidget):
    """A figure, in the page's colours.

    plotly's `FigureWidget` brings megabytes through the kernel's connection before anything shows.
    This one takes plotly from the page, which the browser keeps, and asks the kernel for it only
    where the page has none.

    Attributes:
        figure: a document with `data` and `layout`; empty for none.
        words: what the figure shows, for who does not see it.
        dark: what each colour of the figure becomes on a dark page.
        language: the reader's.
        ranges: whether there are buttons for how far back to look.
        range: how far back it looks, both ways: months such as "6m", "all", two days with "_"
            between them, or nothing for the figure's own.
    """

    _esm = Path(__file__).with_suffix(".js")

    figure = Dict().tag(sync=True)
    words = Unicode().tag(sync=True)
    dark = Dict().tag(sync=True)
    language = Unicode("en").tag(sync=True)
    ranges = Bool(False).tag(sync=True)
    range = Unicode().tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self.on_msg(self._give_library)

    def _give_library(self, _widget: Any, content: dict[str, Any], _buffers: Any) -> None:
        if content.get("ask") == "plotly":
            library = files("plotly") / "package_data" / "plotly.min.js"
            self.send({"plotly": True}, [library.read_bytes()])
