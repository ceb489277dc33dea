"""`stockcast backtest` and its Python face beside a running stack."""

import json

import pytest

from tests.commands import refusal, run, stockcast

pytestmark = [pytest.mark.long, pytest.mark.stack, pytest.mark.kernels, pytest.mark.timeout(400)]


def test_every_horizon_is_measured_and_the_verdict_is_in_words(beside):
    told = stockcast(beside, "backtest", "MSFT", "--days", "30")
    assert told.returncode == 0, told.stderr
    lines = told.stdout.splitlines()
    horizons = [line.split("│")[1].strip() for line in lines if line.startswith("│")]
    assert horizons == ["1", "5", "21", "22", "63"]
    assert lines[-1].startswith("MSFT in 30 days: No better than yesterday's price")


def test_the_measures_are_those_of_the_forecast(beside):
    backtest = json.loads(stockcast(beside, "backtest", "AAPL", "--days", "30", "--json").stdout)
    forecast = json.loads(stockcast(beside, "forecast", "AAPL", "--days", "30", "--json").stdout)
    measured = forecast["skill"]
    # Arrays lie elsewhere in another process's memory: sums are rounded otherwise.
    assert backtest.pop("share") == pytest.approx(measured.pop("share"), rel=1e-9)
    assert backtest.keys() == measured.keys()
    for own, theirs in zip(backtest["horizons"], measured["horizons"], strict=True):
        for number in ("mase", "crps", "winkler", "pValue"):
            assert own[number] == pytest.approx(theirs[number], rel=1e-9)
        assert own["coverage"] == theirs["coverage"]


def test_a_preset_is_another_model(beside):
    own, preset = (
        json.loads(stockcast(beside, "backtest", "AAPL", "--json", *more).stdout)
        for more in ((), ("--preset", "prophet"))
    )
    assert own["horizons"][0]["modelMase"] != preset["horizons"][0]["modelMase"]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("AAPL", "--preset", "none"), "There is no preset 'none': choose of prophet, stocker."),
        (("AAPL", "--days", "0"), "days must be a whole number from 1 to 10000"),
        (("AAPLL",), "No ticker is called AAPLL. Did you mean AAPL?"),
    ],
)
def test_what_is_wrong_is_one_line(beside, arguments, reason):
    status, line = refusal(stockcast(beside, "backtest", *arguments))
    assert status == 2
    assert reason in line


def test_python_has_the_same(beside):
    code = "from stockcast_lib import backtest; print(backtest('AAPL', 30).verdict)"
    assert run(beside, "-c", code).stdout.startswith("No better than yesterday's price")
