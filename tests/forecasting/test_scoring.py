"""Scores of served forecasts against outcomes that the tests make."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from stockcast_lib.charts.score_table import score_cells
from stockcast_lib.core.flat_results import flat_result
from stockcast_lib.core.results import PathPoint
from stockcast_lib.forecasting.scoring import HORIZONS, outcomes, scores
from stockcast_lib.forecasting.trading_calendar import all_sessions, sessions_ahead
from tests.factories import forecast_result, walked_series

SESSIONS = all_sessions()
DAYS = SESSIONS[(SESSIONS >= "2015-01-02") & (SESSIONS <= "2017-02-27")]


def walk(seed=1):
    steps = np.random.default_rng(seed).normal(0, 0.01, len(DAYS))
    return pd.Series(walked_series(steps).to_numpy(), index=DAYS)


def row(closes, at, *, sessions=25, miss=0.0, half=1e9, unit=1.0, **changes):
    """A forecast at a row that misses what comes by so much of the price."""
    as_of, last = closes.index[at].date(), float(closes.iloc[at]) * unit
    path = []
    for ahead, day in enumerate(sessions_ahead(as_of, sessions), 1):
        come = float(closes.iloc[min(at + ahead, len(closes) - 1)]) * unit
        price = come * (1 + miss)
        path.append(
            PathPoint(date=day.date(), price=price, lower=max(price - half, 0), upper=price + half)
        )
    model = forecast_result().model.model_copy(update={"revision": "rev"})
    result = forecast_result(
        "TEST", as_of=as_of, last_price=last, path=tuple(path), model=model,
        baseline=forecast_result().baseline.model_copy(update={"price": last}),
    )  # fmt: skip
    own = {"job_id": f"job-{at}", "attempt": 1, "params": "{}", "made_at": as_of}
    return {**flat_result(result), **own, **changes}


def scored(rows, closes):
    return {score.sessions: score for score in scores(outcomes(rows, {"TEST": closes}))}


def test_a_forecast_is_scored_at_every_horizon_whose_date_has_come():
    closes = walk()
    known = outcomes([row(closes, len(closes) - 6)], {"TEST": closes})
    assert list(known["sessions"]) == [1, 5]
    assert HORIZONS[:3] == (1, 5, 21)
    assert outcomes([row(closes, len(closes) - 1)], {"TEST": closes}).empty
    assert scores(outcomes([], {})) == ()


def test_who_always_knows_what_comes_has_no_error_and_the_naive_forecast_its_own():
    closes = walk()
    score = scored([row(closes, at) for at in range(100, 500, 5)], closes)[5]
    assert score.error == pytest.approx(0, abs=1e-9)
    assert score.ratio == pytest.approx(0, abs=1e-9)
    assert score.standing == "better"
    assert (score.forecasts, score.tickers, score.periods) == (80, 1, 80)
    changes = [abs(closes.iloc[at + 5] - closes.iloc[at]) for at in range(100, 500, 5)]
    scales = [np.abs(np.diff(closes.iloc[: at + 1])).mean() for at in range(100, 500, 5)]
    assert score.naive_error == pytest.approx(np.mean(np.divide(changes, scales)))


def test_errors_do_not_depend_on_how_later_dividends_scale_the_closes():
    closes = walk()
    rows = [row(closes, at, miss=0.02) for at in range(100, 500, 5)]
    before, after = scored(rows, closes)[5], scored(rows, 0.25 * closes)[5]
    assert after.error == pytest.approx(before.error)
    assert after.ratio == pytest.approx(before.ratio)
    assert before.bias > 0


def test_the_band_is_counted_beside_what_it_promised():
    closes = walk()
    held = [row(closes, at, miss=0.01, half=1e3) for at in range(100, 200, 5)]
    missed = [row(closes, at, miss=0.01, half=1e-6) for at in range(200, 300, 5)]
    coverage = scored([*held, *missed], closes)[1].coverage
    assert (coverage.held, coverage.forecasts, coverage.level) == (20, 40, 0.8)


def test_a_forecast_that_is_made_again_counts_once_and_another_revision_apart():
    closes = walk()
    one = row(closes, 300)
    again, other = {**one, "job_id": "again"}, {**one, "revision": "next"}
    tuned = {**one, "params": '{"interval": 0.9}'}
    found = scores(outcomes([one, again, other, tuned], {"TEST": closes}))
    assert {(each.revision, each.tuned, each.forecasts) for each in found} == {
        ("rev", False, 1), ("next", False, 1), ("rev", True, 1),
    }  # fmt: skip


@pytest.mark.long
def test_a_thousand_tickers_on_one_day_are_one_period_and_too_few_to_tell():
    closes = walk()
    tickers = [f"T{number}" for number in range(1000)]
    rows = [{**row(closes, 300), "ticker": ticker} for ticker in tickers]
    found = scores(outcomes(rows, dict.fromkeys(tickers, closes)))
    at_5 = next(each for each in found if each.sessions == 5)
    assert (at_5.forecasts, at_5.tickers, at_5.periods) == (1000, 1000, 1)
    assert (at_5.standing, at_5.p_value, at_5.drift) == ("untested", None, None)


def test_each_day_counts_the_same_however_many_tickers_it_has():
    closes = walk()
    one_day = [{**row(closes, 300, miss=0.0), "ticker": f"T{number}"} for number in range(9)]
    other_day = {**row(closes, 310, miss=0.05), "ticker": "T0"}
    prices = {f"T{number}": closes for number in range(9)}
    (alone,) = (s for s in scores(outcomes([other_day], prices)) if s.sessions == 5)
    (both,) = (s for s in scores(outcomes([*one_day, other_day], prices)) if s.sessions == 5)
    assert both.error == pytest.approx(alone.error / 2)


def test_overlapping_windows_are_not_separate_periods():
    closes = walk()
    found = scored([row(closes, at) for at in range(300, 340)], closes)
    assert found[1].periods == 40
    assert found[21].periods == 2
    assert found[21].standing == "untested"


def test_errors_that_grow_are_a_drift():
    closes = walk()
    rows = [row(closes, at, miss=0.0) for at in range(100, 300, 5)]
    rows += [row(closes, at, miss=0.05) for at in range(300, 500, 5)]
    assert scored(rows, closes)[5].drift > 1
    steady = scored([row(closes, at) for at in range(100, 500, 5)], closes)[5]
    assert steady.drift == pytest.approx(0, abs=1e-6)


def test_a_ticker_without_prices_or_without_movement_is_left_out():
    closes = walk()
    assert outcomes([row(closes, 300)], {}).empty
    flat = pd.Series(5.0, index=closes.index)
    assert outcomes([row(closes, 300)], {"TEST": flat}).empty
    later = closes.loc[closes.index[310] + timedelta(days=0) :]
    assert outcomes([row(closes, 300)], {"TEST": later}).empty


def test_a_revision_s_forecasts_count_together_whoever_saw_them():
    closes = walk()
    rows = [row(closes, at, challenger=at < 140) for at in range(100, 180, 10)]
    # Of before there were any.
    rows.append(row(closes, 200, challenger=None))
    score = scored(rows, closes)[5]
    assert (score.forecasts, score.as_challenger) == (9, 4)
    assert "4 as challenger" in score_cells(score)[0]
    alone = scored(rows[:4], closes)[5]
    assert "all as challenger" in score_cells(alone)[0]
    assert "challenger" not in score_cells(scored(rows[4:], closes)[5])[0]
