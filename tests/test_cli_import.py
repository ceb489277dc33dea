"""`stockcast import` beside a running stack: a file of one's own becomes a forecast."""

import json

import pytest

from tests.commands import refusal, stockcast
from tests.factories import price_history

pytestmark = [pytest.mark.stack, pytest.mark.kernels, pytest.mark.timeout(400)]


@pytest.fixture
def yahoo_csv(beside):
    """As Yahoo exports it."""
    frame = price_history(sessions=600).frame
    columns = {"open": "Open", "high": "High", "low": "Low", "close": "Close",
               "adjusted_close": "Adj Close", "volume": "Volume"}  # fmt: skip
    named = frame[list(columns)].rename(columns=columns)
    named.round(6).to_csv(beside / "own.csv", index_label="Date", date_format="%Y-%m-%d")
    return beside / "own.csv"


def test_a_file_of_one_s_own_is_stored_and_forecast(beside, yahoo_csv):
    told = stockcast(beside, "import", yahoo_csv.name, "--ticker", "own")
    assert (told.returncode, told.stderr) == (0, "")
    last = told.stdout.splitlines()[-1]
    assert last.startswith("600 sessions of OWN, ")
    assert "prices/OWN/" in last
    assert "Adj Close" in told.stdout
    notes = told.stdout.splitlines()
    assert len(notes) == len(set(notes))
    forecast = stockcast(beside, "forecast", "OWN", "--days", "5", "--json")
    assert (forecast.returncode, forecast.stderr) == (0, "")
    result = json.loads(forecast.stdout)
    assert (result["vendor"], result["asOf"], result["stale"]) == ("csv", "2017-02-27", True)


def test_a_wrong_row_is_named_and_nothing_is_stored(beside, yahoo_csv):
    lines = yahoo_csv.read_text().splitlines()
    lines[7] = lines[7].replace(lines[7].split(",")[4], "-5")
    yahoo_csv.write_text("\n".join(lines))
    status, line = refusal(stockcast(beside, "import", yahoo_csv.name, "--ticker", "BAD"))
    assert status == 2
    assert f"{lines[7][:10]}. Correct or remove that row, then import the file again." in line
    assert refusal(stockcast(beside, "forecast", "BAD"))[0] == 2


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (
            ("missing.csv", "--ticker", "T"),
            "missing.csv cannot be read (No such file or directory)",
        ),
        (("own.csv", "--ticker", "$"), "must be a ticker"),
        (("own.csv",), "Missing option '--ticker'"),
    ],
)
@pytest.mark.usefixtures("yahoo_csv")
def test_what_cannot_be_imported_is_refused_in_one_line(beside, arguments, reason):
    status, line = refusal(stockcast(beside, "import", *arguments))
    assert status == 2
    assert reason in line
