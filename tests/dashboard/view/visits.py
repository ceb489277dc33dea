"""A visit of the page without a browser: what it says, and what it shows."""

from stockcast_lib.core.jobs import JobState
from stockcast_lib.dashboard.view import DashboardView
from tests.dashboard.service import model_of, until

DONE, RUNNING = JobState.DONE, JobState.RUNNING


def visited(service) -> DashboardView:
    view = DashboardView(model_of(service), 3600)
    view.browser.language = "en"
    return view


def told(widget, **content):
    widget._handle_custom_msg(content, [])


def shown(widget) -> bool:
    return widget.layout.display != "none"


def asked(view, ticker="TEST"):
    told(view.form.ticker, submit=ticker)
    until(lambda: not view.model.shown.busy)
    until(lambda: view.model.current is view.model.shown or view.model.shown.state != "done")
