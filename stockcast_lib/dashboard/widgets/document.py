"""A page within the page, without any rights."""

from pathlib import Path

import anywidget
from traitlets import Bool, Unicode


class Document(anywidget.AnyWidget):
    """A button, and below it while it is pressed a document in a sandboxed frame.

    Attributes:
        label: on the button.
        title: of the frame.
        html: the document; empty until it is there.
        opened: whether it is wanted, both ways.
        status: what is waited for.
        error: why there is none.
    """

    _esm = Path(__file__).with_suffix(".js")

    label = Unicode().tag(sync=True)
    title = Unicode().tag(sync=True)
    html = Unicode().tag(sync=True)
    opened = Bool(False).tag(sync=True)
    status = Unicode().tag(sync=True)
    error = Unicode().tag(sync=True)
