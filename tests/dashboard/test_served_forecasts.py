"""How served forecasts did, beside the backtest of the forecast in view."""

from datetime import UTC, date, datetime

import pytest

from stockcast_lib.core.errors import StoreUnavailable
from stockcast_lib.core.scores import Score, Scores, ServedCoverage
from stockcast_lib.dashboard.model.backtest import BacktestModel
from stockcast_lib.dashboard.reader import Reader
from stockcast_lib.dashboard.view.backtest import BacktestView
from tests.dashboard.service import PlayedService, until
from tests.factories import forecast_result

REVISION = "abc+0.2.0"
SCORED = datetime(2026, 1, 5, 3, tzinfo=UTC)


def score(**changes):
    return Score(
        model="default", revision=REVISION, tuned=False, sessions=21, forecasts=1310, tickers=24,
        periods=11, first_as_of=date(2025, 1, 2), last_as_of=date(2025, 12, 1), error=3.9,
        naive_error=4.0, ratio=0.975, bias=0.2, drift=None, p_value=0.3, standing="same",
        coverage=ServedCoverage(level=0.8, held=1051, forecasts=1310),
    ).model_copy(update=changes)  # fmt: skip


class Run:
    """A finished run."""

    def __init__(self):
        model = forecast_result().model.model_copy(update={"revision": REVISION})
        self.result = forecast_result(model=model)


@pytest.fixture
def service():
    return PlayedService()


def shown(service):
    model = BacktestModel(service, lambda *_: None)
    view = BacktestView(model)
    assert view.served.value == ""
    model.show(Run(), Reader("de-DE"))
    until(lambda: "Looking into the ledger" not in view.served.value)
    return view.served.value


def test_the_scores_of_the_revision_in_view_are_a_row_a_horizon(service):
    other = score(revision="older", sessions=5), score(tuned=True, sessions=63)
    service.look = Scores(scored_at=SCORED, scores=(score(), *other))
    html = shown(service)
    assert "<h3>How our past forecasts did</h3>" in html
    assert html.count('scope="row"') == 1
    for words in ("1.310", "in 11 separate periods", "ratio 0,975", "1.051 of 1.310"):
        assert words in html
    assert "no better than the last price" in html


@pytest.mark.parametrize(
    ("look", "words"),
    [
        (Scores(), "Nobody has scored the forecasts that were served yet."),
        (Scores(scored_at=SCORED, forecasts=9), "has come to its date yet."),
        (Scores(scored_at=SCORED, scores=(score(standing="untested"),)), "too few to tell"),
    ],
)
def test_what_is_not_known_is_said(service, look, words):
    service.look = look
    assert words in shown(service)


def test_a_store_that_is_away_is_told(service, monkeypatch):
    def away():
        raise StoreUnavailable("S3 is <away>.")

    monkeypatch.setattr(service, "scores", away)
    assert "It cannot be told now: S3 is &lt;away&gt;." in shown(service)
