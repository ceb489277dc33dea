"""A slice of `make accuracy`, so that a change that breaks the path or the band is seen at once."""

import pandas as pd
import pytest

from tests.accuracy.protocol import OURS, SESSIONS, scores, tasks
from tests.accuracy.tables import NAIVE

STEP = 252  # a year
TICKERS = ("XOM", "AAPL")


@pytest.fixture(scope="module")
def measured() -> pd.DataFrame:
    # Of the tuning period: what was never looked at to choose anything stays so.
    chosen = tasks(tuning=True, step=STEP, tickers=TICKERS)
    return pd.DataFrame([row for task in chosen for row in scores(task, (OURS, NAIVE))])


def of(measured, method, sessions):
    rows = measured[(measured["method"] == method) & (measured["sessions"] == sessions)]
    assert len(rows) >= 55
    return rows


@pytest.mark.parametrize("sessions", SESSIONS)
def test_the_band_holds_about_its_share(measured, sessions):
    held = of(measured, OURS, sessions)["held"].mean()
    assert 0.7 <= held <= 0.9


@pytest.mark.parametrize("sessions", SESSIONS)
def test_the_path_does_not_lose_to_the_last_price(measured, sessions):
    ours, naive = (of(measured, method, sessions) for method in (OURS, NAIVE))
    ratio = (ours["error"] / ours["scale"]).sum() / (naive["error"] / naive["scale"]).sum()
    assert 0.9 < ratio <= 1.05  # much better than the naive forecast would be a leak


@pytest.mark.parametrize("sessions", SESSIONS)
def test_the_band_scores_better_than_the_naive_forecasts(measured, sessions):
    ours, naive = (of(measured, method, sessions) for method in (OURS, NAIVE))
    ratio = (ours["winkler"] / ours["scale"]).sum() / (naive["winkler"] / naive["scale"]).sum()
    assert ratio <= 1.02
