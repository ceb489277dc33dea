"""`stockcast study` beside a running stack."""

import json

import pytest

from tests.commands import refusal, stockcast

pytestmark = [pytest.mark.long, pytest.mark.stack, pytest.mark.kernels, pytest.mark.timeout(400)]


def test_prices_that_are_not_stored_yet_are_fetched_first(beside):
    told = stockcast(beside, "study", "buy-and-hold", "GOOG", "--json")
    assert (told.returncode, told.stderr) == (0, "")
    document = json.loads(told.stdout)
    assert (document["ticker"], document["sample"]) == ("GOOG", True)
    assert document["end"] == "2013-03-01"


def test_a_study_of_stored_prices_writes_a_page(beside):
    told = stockcast(beside, "study", "evaluation", "aapl", "--html", "chart.html")
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.endswith("AAPL: sample data to 27 Feb 2017\n")
    assert "AAPL: evaluation" in (beside / "chart.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("history", "AAPLL"), "No ticker is called AAPLL"),
        (("history", "AAPL", "--column", "x"), "Choose columns of these: open"),
        (("history", "AAPL", "--start", "2016-13-01"), "'--start'"),
        (("evaluation", "AAPL", "--end", "2018-01-01"), "the prices end on 2017-02-27"),
        (("spam", "AAPL"), "No such command 'spam': `stockcast study --help` shows"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_it_is_given_wrong_ends_with_status_2_and_one_line(beside, arguments, reason):
    status, line = refusal(stockcast(beside, "study", *arguments))
    assert status == 2
    assert reason in line


def test_without_a_stack_it_says_where_to_run_it(tmp_path):
    _, line = refusal(stockcast(tmp_path, "study", "history", "AAPL"))
    assert "where `stockcast up` runs" in line
