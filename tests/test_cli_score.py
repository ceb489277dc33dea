"""`stockcast score` beside a running stack, from a served forecast to its score."""

import json

import pytest

from stockcast_lib.adapters.vendors.sample import SampleVendor
from tests.commands import stockcast
from tests.gateway import fetch

pytestmark = [pytest.mark.long, pytest.mark.stack, pytest.mark.kernels, pytest.mark.timeout(400)]
TICKER = "LATER"


def imported(folder, rows):
    frame = SampleVendor().daily_prices("AAPL").frame.iloc[:rows]
    columns = ["open", "high", "low", "close", "volume", "adjusted_close"]
    named = frame[columns].rename(columns={"adjusted_close": "adjClose"})
    named.to_csv(folder / "prices.csv", index_label="date")
    told = stockcast(folder, "import", "prices.csv", "--ticker", TICKER)
    assert told.returncode == 0, told.stderr


def scores_of(document, revision):
    own = [each for each in document["scores"] if each["revision"] == revision]
    return {each["sessions"]: each for each in own if not each["tuned"]}


def test_a_served_forecast_is_scored_once_its_dates_have_come(beside, stack):
    imported(beside, -40)
    made = json.loads(stockcast(beside, "forecast", TICKER, "--days", "45", "--json").stdout)
    revision = made["model"]["revision"]
    before = json.loads(stockcast(beside, "score", "--json").stdout)
    assert before["forecasts"] >= 1
    counted = {n: each["forecasts"] for n, each in scores_of(before, revision).items()}
    imported(beside, None)
    told = stockcast(beside, "score")
    assert told.returncode == 0, told.stderr
    assert "too few to tell" in told.stdout
    answer = json.loads(fetch(f"{stack.api}/api/v1/scores").body)
    after = scores_of(answer, revision)
    for sessions in (1, 5, 21):
        assert after[sessions]["forecasts"] == counted.get(sessions, 0) + 1
        assert after[sessions]["standing"] == "untested"
    assert 63 not in after or after[63]["forecasts"] == counted.get(63, 0)
