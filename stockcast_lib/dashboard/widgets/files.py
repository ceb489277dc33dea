"""Files to save."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
from traitlets import List, Unicode


class Files(anywidget.AnyWidget):
    """Buttons that save a file; its bytes are asked for when one is pressed.

    Attributes:
        label: of the row.
        files: pairs of a key and the words on the button.
    """

    _esm = Path(__file__).with_suffix(".js")

    label = Unicode().tag(sync=True)
    files: "List[list[str]]" = List().tag(sync=True)

    def __init__(self, label: str, files: dict[str, str], on_want: Callable[[str], None]) -> None:
        super().__init__(label=label, files=[list(pair) for pair in files.items()])
        self._on_want = on_want
        self.on_msg(self._told)

    def give(self, key: str, name: str, media: str, content: bytes) -> None:
        """Have the browser save what was asked for."""
        self.send({"file": key, "name": name, "media": media}, [content])

    def refuse(self, key: str, why: str) -> None:
        """Say why there is none."""
        self.send({"refused": key, "why": why})

    def _told(self, _widget: Any, content: dict[str, Any], _buffers: Any) -> None:
        if isinstance(key := content.get("want"), str) and key in dict(self.files):
            self._on_want(key)
