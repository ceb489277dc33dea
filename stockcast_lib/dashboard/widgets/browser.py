"""What the page needs of the browser around it."""

from pathlib import Path
from typing import Any

import anywidget
from traitlets import Dict, Float, Int, List, Unicode

LONGEST_USE = 5 * 60.0


class Browser(anywidget.AnyWidget):
    """The address, what is remembered, the reader's language, the theme and the connection.

    Attributes:
        query: the address's query, both ways; empty in JupyterLab, whose address is its own.
        came: the "query" that the visitor came with, or went back to; its "turn", so that the same
            one is heard again; and at first what is "underWay" since before the page was loaded.
        answered: the turn whose query is in view.
        under_way: what a page that is loaded anew in this window is to be told.
        kept: what the browser remembers for the next visit.
        language: the reader's, such as "en-US"; empty until the browser has spoken.
        theme: "auto", "light" or "dark".
        title: of the window.
        said: words that screen readers speak.
        use_seconds: how long a key or a movement counts as use. A page out of use whose kernel is
            gone is not loaded anew before somebody asks for it.
    """

    _esm = Path(__file__).with_suffix(".js")

    query = Unicode().tag(sync=True)
    came = Dict().tag(sync=True)
    answered = Int(0).tag(sync=True)
    under_way: "List[dict[str, Any]]" = List().tag(sync=True)
    kept = Dict().tag(sync=True)
    language = Unicode().tag(sync=True)
    theme = Unicode("auto").tag(sync=True)
    title = Unicode("Stockcast").tag(sync=True)
    said = Unicode().tag(sync=True)
    use_seconds = Float(LONGEST_USE).tag(sync=True)
