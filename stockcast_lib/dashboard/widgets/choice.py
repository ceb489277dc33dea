"""One of a few: radio buttons in a row."""

from pathlib import Path
from typing import Any

import anywidget
from traitlets import List, Unicode


class Choice(anywidget.AnyWidget):
    """Radio buttons that look like a row of buttons, or like tabs.

    Attributes:
        label: what is chosen, for who does not see the row.
        options: pairs of a value and its words.
        value: the chosen one; any other text when none is.
        look: "buttons" or "tabs".
    """

    _esm = Path(__file__).with_suffix(".js")

    label = Unicode().tag(sync=True)
    options: "List[list[str]]" = List().tag(sync=True)
    value = Unicode().tag(sync=True)
    look = Unicode("buttons").tag(sync=True)

    def __init__(self, label: str, options: dict[str, str], **traits: Any) -> None:
        super().__init__(label=label, options=[list(pair) for pair in options.items()], **traits)
