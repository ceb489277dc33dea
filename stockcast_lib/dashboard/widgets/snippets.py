"""Lines to be copied."""

from pathlib import Path
from typing import Any

import anywidget
from traitlets import List


class Snippets(anywidget.AnyWidget):
    """Code, each piece with a button that copies it.

    Attributes:
        snippets: pairs of a name and the code.
    """

    _esm = Path(__file__).with_suffix(".js")

    snippets: "List[Any]" = List().tag(sync=True)
