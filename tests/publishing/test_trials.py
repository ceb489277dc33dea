"""Trials, and when a revision counts as better or worse."""

from dataclasses import dataclass

import pandas as pd
import pytest

from stockcast_lib.adapters.vendors.sample import SampleVendor
from stockcast_lib.core.models import ModelRef
from stockcast_lib.publishing import trials
from stockcast_lib.publishing.trial_set import DAYS_AS_OF, TrialSet
from tests.factories import price_version
from tests.publishing.records import scores

CHAMPION = ModelRef("default", "builtin")


@dataclass
class Store:
    """Keeps nothing but the frames that it was given."""

    saved: list

    def save(self, history, fetched_at):
        self.saved.append(history)
        return price_version(history, fetched_at)


def test_the_same_errors_are_no_difference():
    found = trials.compare(scores(), scores(), CHAMPION)
    assert (found.gain, found.p_value, found.standing) == (0, None, "same")
    assert found.champion == "default@builtin"


def test_errors_that_are_always_larger_are_worse_and_the_other_way_round():
    worse = trials.compare(scores(1.3), scores(), CHAMPION)
    assert (worse.standing, worse.p_value < 0.01) == ("worse", True)
    assert worse.gain == pytest.approx(-0.3)
    better = trials.compare(scores(), scores(1.3), CHAMPION)
    assert (better.standing, better.gain > 0) == ("better", True)


def test_errors_that_only_scatter_are_the_same():
    found = trials.compare(scores(seed=2), scores(seed=3), CHAMPION)
    assert found.p_value > 0.05
    assert found.standing == "same"


def test_a_trial_s_prices_end_on_its_day_as_a_vendor_would_have_said_them():
    store = Store([])
    found = list(trials.past_prices(TrialSet(("IBM",)), SampleVendor(), store))
    assert len(found) == len(DAYS_AS_OF)
    for day, history, past in zip(DAYS_AS_OF, store.saved, found, strict=True):
        frame = history.frame
        assert frame.index[-1] <= pd.Timestamp(day)
        assert frame["adjusted_close"].iloc[-1] == pytest.approx(frame["close"].iloc[-1])
        growth = frame["adjusted_close"].pct_change().iloc[1:]
        whole = past.whole.loc[: frame.index[-1]].pct_change().iloc[1:]
        assert (growth - whole).abs().max() < 1e-9


def test_scores_of_other_tickers_are_another_set():
    assert TrialSet(("IBM",)).digest != TrialSet(("IBM", "XOM")).digest
    assert TrialSet(("IBM",)).digest == TrialSet(("IBM",)).digest
