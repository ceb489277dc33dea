"""A table that can be sorted."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
from traitlets import List, Unicode


class Table(anywidget.AnyWidget):
    """Rows under headings that sort them; the order as given until one is pressed.

    Attributes:
        caption: of the table.
        verb: what pressing a row's name does, for who hears only the button.
        columns: each a dict with `words` and `kind`, "text" or "number". The first is of the
            rows' names.
        rows: each a dict with `key`, `name` and either `cells` for the other columns, each with
            `text` and the value to `sort` by, or a `note` in place of them all with its `state`.
            `current` is the words after the name of the one that need not be pressed.
    """

    _esm = Path(__file__).with_suffix(".js")

    caption = Unicode().tag(sync=True)
    verb = Unicode("Open").tag(sync=True)
    columns: "List[dict[str, str]]" = List().tag(sync=True)
    rows: "List[dict[str, Any]]" = List().tag(sync=True)

    def __init__(self, on_open: Callable[[str], None], **traits: Any) -> None:
        super().__init__(**traits)
        self._on_open = on_open
        self.on_msg(self._told)

    def _told(self, _widget: Any, content: dict[str, Any], _buffers: Any) -> None:
        if isinstance(key := content.get("open"), str):
            self._on_open(key)
