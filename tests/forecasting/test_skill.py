"""The skill card and its verdict."""

import numpy as np
import pytest

from stockcast_lib.forecasting.combination import (
    LEAST_WINDOWS,
)
from stockcast_lib.forecasting.forecast import SKILL_SESSIONS, skill_card
from stockcast_lib.forecasting.skill import (
    horizon_skill,
    skill,
)
from tests.factories import walked_series
from tests.forecasting.past_outcomes import LEVEL, card, outcomes, past_of


def test_a_forecast_that_is_nearer_every_time_is_better():
    rng = np.random.default_rng(1)
    actual = 100 + rng.normal(0, 5, 20)
    measured = horizon_skill(outcomes(actual, actual + rng.normal(0, 1, 20)), LEVEL)
    told = skill((measured,), 10, 0.5)
    assert (told.standing, told.windows, told.share) == ("better", 20, 0.5)
    assert told.value == pytest.approx(1 - measured.mase / measured.naive_mase)
    assert told.value > 0.5
    assert told.verdict == (
        f"Better than yesterday's price: its errors were {told.value:.1%} smaller, "
        "judged by 20 separate windows."
    )


def test_a_forecast_that_is_further_off_every_time_is_worse():
    rng = np.random.default_rng(2)
    actual = 100 + rng.normal(0, 1, 20)
    told = skill((horizon_skill(outcomes(actual, np.full(20, 109.0)), LEVEL),), 10, 0.0)
    assert told.standing == "worse"
    assert told.value < -1
    assert f"errors were {-told.value:.1%} larger" in told.verdict


def test_a_forecast_that_is_as_near_as_the_last_price_is_the_same():
    rng = np.random.default_rng(3)
    actual = 100 + rng.normal(0, 5, 20)
    told = skill((horizon_skill(outcomes(actual, 100 + rng.normal(0, 1, 20)), LEVEL),), 10, 0.0)
    assert told.standing == "same"
    assert told.value is not None
    assert told.verdict == "No better than yesterday's price, judged by 20 separate windows."


@pytest.mark.parametrize("windows", [1, LEAST_WINDOWS - 1])
def test_too_few_windows_leave_a_forecast_untested(windows):
    actual = 100 + np.random.default_rng(4).normal(0, 5, 20)
    measured = horizon_skill(outcomes(actual, actual, separate=np.arange(windows)), LEVEL)
    told = skill((measured,), 10, 0.0)
    assert (told.standing, told.value, told.windows) == ("untested", None, windows)
    assert told.verdict == "Not enough history to test this horizon."
    tested = horizon_skill(outcomes(actual, actual, separate=np.arange(LEAST_WINDOWS)), LEVEL)
    assert skill((tested,), 10, 0.0).standing == "better"


def test_a_horizon_without_any_outcome_is_untested():
    told = skill((), 10, 0.0)
    assert (told.standing, told.value, told.windows, told.horizons) == ("untested", None, 0, ())


def test_the_verdict_is_on_the_horizon_asked_for():
    actual = 100 + np.random.default_rng(5).normal(0, 5, 20)
    good = horizon_skill(outcomes(actual, actual, sessions=21, origins=21 * np.arange(20)), LEVEL)
    bad = horizon_skill(outcomes(actual, np.full(20, 130.0)), LEVEL)
    assert skill((bad, good), 10, 0.0).standing == "worse"
    assert skill((bad, good), 21, 0.0).standing == "better"


def test_growth_that_the_model_foresees_is_better():
    steps = 0.003 + np.random.default_rng(6).normal(0, 0.002, 1_000)
    told = card(walked_series(steps), 21)
    assert told.standing == "better"
    assert told.value > 0.5


def test_a_year_that_repeats_itself_is_foreseen_by_the_model():
    days = np.arange(2_400)
    wave = 0.15 * np.sin(2 * np.pi * days / 261)
    steps = np.diff(wave, prepend=0) + np.random.default_rng(7).normal(0, 0.001, len(days))
    past = past_of(walked_series(steps))
    assert past.share(63) > 0.5
    assert skill_card(past, 63, LEVEL, past.share(63)).standing == "better"


def test_walks_without_a_drift_are_hardly_ever_found_better():
    standings = [
        card(walked_series(np.random.default_rng(seed).normal(0, 0.01, 756)), asked).standing
        for seed in range(6)
        for asked in (1, 21)
    ]
    assert standings.count("better") <= 1


def test_a_card_has_the_usual_horizons_and_the_one_asked_for():
    prices = walked_series(np.random.default_rng(8).normal(0, 0.01, 400))
    told = card(prices, 40)
    assert [each.sessions for each in told.horizons] == sorted({*SKILL_SESSIONS, 40})
    assert all(each.coverage.level == LEVEL for each in told.horizons)
    assert [each.sessions for each in card(prices, 5_000).horizons] == list(SKILL_SESSIONS)
