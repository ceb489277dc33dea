"""The search box for a ticker."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
from traitlets import Dict, Unicode


class TickerBox(anywidget.AnyWidget):
    """A combobox: what matches is offered as one types.

    What is typed comes as messages, not as a trait: traits are held back while the kernel is
    busy and a click could overtake the last letters.

    Attributes:
        label, hint: of the box.
        text: what the page puts into the box; what is typed does not show here.
        offered: "typed" is the text that it answers; "groups" are pairs of a heading and options,
            each option a ticker and a name.
    """

    _esm = Path(__file__).with_suffix(".js")

    label = Unicode("Ticker").tag(sync=True)
    hint = Unicode().tag(sync=True)
    text = Unicode().tag(sync=True)
    offered: "Dict[str, Any]" = Dict({"typed": "", "groups": []}).tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self._on_typed: Callable[[str], None] = lambda _text: None
        self._on_submit: Callable[[str], None] = lambda _text: None
        self.on_msg(self._told)

    def put(self, text: str, *, over: str | None = None) -> None:
        """Put a text into the box, in place of what is typed there; if given, only over this."""
        # A box that is there hears no trait that stays as it is.
        self.text = text
        self.send({"put": text, "over": over})

    def on_typed(self, function: Callable[[str], None]) -> None:
        """Call a function with the text after each key."""
        self._on_typed = function

    def on_submit(self, function: Callable[[str], None]) -> None:
        """Call a function with the text or the chosen ticker when it is asked for."""
        self._on_submit = function

    def _told(self, _widget: Any, content: dict[str, Any], _buffers: Any) -> None:
        for event, function in (("typed", self._on_typed), ("submit", self._on_submit)):
            if isinstance(text := content.get(event), str):
                function(text)
