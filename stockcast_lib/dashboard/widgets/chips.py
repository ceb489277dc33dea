"""A row of things to choose from, some of which can be taken away."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
from traitlets import List, Unicode


class Chips(anywidget.AnyWidget):
    """Small buttons in a row.

    Attributes:
        label: of the row.
        chips: each a dict with `key` and `words`, and if wanted `note` (small words after them),
            `state` (for its looks), `pressed` (whether it is the chosen one) and `remove` (what
            the button that takes it away is called).
    """

    _esm = Path(__file__).with_suffix(".js")

    label = Unicode().tag(sync=True)
    chips: "List[dict[str, Any]]" = List().tag(sync=True)

    def __init__(
        self,
        label: str,
        on_choose: Callable[[str], None],
        on_remove: Callable[[str], None] = lambda _key: None,
    ) -> None:
        super().__init__(label=label)
        self._events = {"choose": on_choose, "remove": on_remove}
        self.on_msg(self._told)

    def _told(self, _widget: Any, content: dict[str, Any], _buffers: Any) -> None:
        for event, function in self._events.items():
            if isinstance(key := content.get(event), str):
                function(key)
