"""What goes on while a section computes, and why it could not."""

from collections.abc import Callable
from html import escape
from typing import Any

import ipywidgets as widgets

from stockcast_lib.dashboard.model.working import Working
from stockcast_lib.dashboard.view.boxes import row, show

# A flash says nothing.
_FIRST_SECOND = 1


class WorkingView:
    """The widgets of some work.

    Attributes:
        status: what goes on; screen readers speak it.
        seconds: that have passed. Beside the status, so that they are not spoken.
        cancel: waits no longer, if that can be asked for.
        error: one sentence.
        line: status, seconds and cancel, which keep their place while nothing goes on.
    """

    def __init__(self, working: Working, cancel: Callable[[], None] | None = None) -> None:
        self._working = working
        self.status, self.seconds, self.error = (widgets.HTML() for _ in range(3))
        self.cancel = widgets.Button(description="Cancel")
        self.cancel.on_click(lambda _button: cancel and cancel())
        self._can_cancel = cancel is not None
        self.line = row("working", self.status, self.seconds, self.cancel)
        working.observe(self._tell, ["status", "seconds"])
        working.observe(self._fail, "error")
        self._tell(None)

    def _tell(self, _change: Any) -> None:
        status, seconds = self._working.status, self._working.seconds
        self.line.layout.visibility = None if status else "hidden"
        self.status.value = f'<p role="status">{escape(status)} …</p>' if status else ""
        self.seconds.value = f"<p>{seconds} s</p>" if status and seconds >= _FIRST_SECOND else ""
        show(self.cancel, shown=self._can_cancel and bool(status))

    def _fail(self, _change: Any) -> None:
        why = escape(self._working.error)
        self.error.value = f'<p class="stockcast-error" role="alert">{why}</p>' if why else ""
