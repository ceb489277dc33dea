"""How the forecasts that were served did, as HTML."""

from html import escape

from stockcast_lib.charts.score_table import VERDICTS
from stockcast_lib.core.scores import Score
from stockcast_lib.dashboard.model.backtest import Served
from stockcast_lib.dashboard.reader import Reader
from stockcast_lib.dashboard.view.tables import table_html

_HEADING = "<h3>How our past forecasts did</h3>"
_HEAD = ("Sessions ahead", "Forecasts", "Error against naive", "Band held", "Verdict")
_WHAT = (
    "Of every forecast that was served to anybody, of any ticker, by this state of the model. "
    "A hundred tickers on one day saw one market: only periods that do not overlap tell."
)


def served_html(served: Served | None, reader: Reader) -> str:
    """A row a horizon; in a sentence why there are none."""
    if served is None:
        return ""
    if served.error:
        return _sentence(f"It cannot be told now: {served.error}")
    if served.look is None:
        return _sentence("Looking into the ledger …")
    if served.look.scored_at is None:
        return _sentence("Nobody has scored the forecasts that were served yet.")
    if not served.scores:
        return _sentence("No forecast of this state of the model has come to its date yet.")
    rows = [_cells(each, reader) for each in served.scores]
    scored_on = reader.day(served.look.scored_at.date())
    return (
        f"{_HEADING}<p>{escape(_WHAT)}</p>{table_html('Served forecasts by horizon', _HEAD, rows)}"
        f"<p>Scored on {escape(scored_on)}.</p>"
    )


def _cells(at: Score, reader: Reader) -> tuple[str, ...]:
    held = at.coverage
    counted = f"{reader.number(held.held)} of {reader.number(held.forecasts)}"
    ratio = "not measured" if at.ratio is None else f"ratio {reader.number(at.ratio, 3)}"
    return (
        reader.number(at.sessions),
        f"{reader.number(at.forecasts)}\nin {reader.number(at.periods)} separate periods",
        ratio,
        f"{counted}\n{reader.level(round(held.level, 3))} promised",
        VERDICTS[at.standing],
    )


def _sentence(words: str) -> str:
    return f'{_HEADING}<p class="stockcast-notice">{escape(words)}</p>'
