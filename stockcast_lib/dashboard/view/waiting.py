"""What a run under way, or one without a forecast, looks like."""

from html import escape

from stockcast_lib.dashboard.model import Run

_WHAT_NEXT = "Change the form above, or ask again."


def progress_html(run: Run | None) -> str:
    """The stage, the cell and the time passed; nothing while none is under way."""
    if run is None or not run.busy:
        return ""
    percent = round(100 * run.progress)
    words = " · ".join(filter(None, (run.status, run.cell)))
    return (
        f'<div class="stockcast-progress"><div role="progressbar" aria-label="Forecast progress" '
        f'aria-valuemin="0" aria-valuemax="100" aria-valuenow="{percent}" '
        f'aria-valuetext="{escape(words)}"><span style="width:{percent}%"></span></div>'
        f"<p>{escape(words)} <small>{run.seconds:.0f} s</small></p>{_trouble(run)}</div>"
    )


def error_html(run: Run | None, notice: str = "") -> str:
    """Why there is no forecast, and what to do next; screen readers speak it at once."""
    if run is None or run.state not in {"failed", "cancelled"}:
        return f'<p class="stockcast-notice" role="status">{escape(notice)}</p>' if notice else ""
    if run.state == "cancelled":
        return f'<p class="stockcast-notice" role="status">Cancelled. {_WHAT_NEXT}</p>'
    return f'<p class="stockcast-error" role="alert">{escape(run.error)}</p>'


def said(run: Run | None) -> str:
    """What is spoken: the stages, not each second."""
    if run is None:
        return ""
    if run.busy:
        return run.trouble or run.status
    return f"The forecast for {run.asked.ticker} is here." if run.state == "done" else ""


def start_html() -> str:
    """The page before anything was asked."""
    return (
        '<section class="stockcast-start"><h2>Ask for a forecast</h2>'
        "<p>Type a ticker or a company's name, choose how far ahead, and press Forecast. "
        "Each forecast comes with the band it should stay in, with how often such a band has held "
        "on that very stock, and with the notebook that made it.</p></section>"
    )


def _trouble(run: Run) -> str:
    words = escape(run.trouble)
    # Not a live region: it is made anew each second, and `said` speaks it.
    return f'<p class="stockcast-trouble">{words}</p>' if words else ""
