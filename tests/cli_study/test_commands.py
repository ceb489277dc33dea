"""The studies' commands in this process, over prices that stand in for the store's."""

import csv
import json

import pytest
from typer.testing import CliRunner

from stockcast_lib import wiring
from stockcast_lib.cli_study import study
from stockcast_lib.core.errors import InvalidRequest
from tests.factories import price_history, price_version

STUDIES = {
    "history": ("--column", "close", "--column", "volume"),
    "buy-and-hold": ("--shares", "10"),
    "priors": ("--training-years", "2"),
    "validation": ("--training-years", "2"),
    "evaluation": ("--training-years", "2"),
    "changepoints": (),
    "next-days": (),
    "components": ("--weekly",),
}


@pytest.fixture(autouse=True)
def history(monkeypatch):
    made = price_history(sessions=1100, sample=True)
    monkeypatch.setattr(wiring, "load_prices", lambda _: (price_version(made), made))
    return made


def told(*arguments):
    """What a command prints; what it raises comes through."""
    result = CliRunner().invoke(study, arguments, catch_exceptions=True)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize("name", STUDIES)
def test_each_study_says_what_it_found_and_of_which_data(name):
    lines = told(name, "test", *STUDIES[name]).splitlines()
    assert lines[-1] == "TEST: sample data to 27 Feb 2017"
    assert lines[-2].startswith("TEST: ")


@pytest.mark.parametrize("name", STUDIES)
def test_each_study_writes_its_page_its_table_and_its_json(name, tmp_path):
    page, table = tmp_path / "page.html", tmp_path / "table.csv"
    printed = told(name, "TEST", *STUDIES[name], "--html", str(page), "--csv", str(table), "--json")
    document = json.loads(printed)
    assert (document["ticker"], document["study"], document["sample"]) == ("TEST", name, True)
    assert f"<title>TEST: {name}</title>" in page.read_text("utf-8")
    with table.open() as file:
        rows = list(csv.DictReader(file))
    assert rows
    assert "date" in rows[0] or "prior" in rows[0]


def test_the_json_s_dates_and_numbers_are_those_of_the_study(history):
    document = json.loads(
        told("buy-and-hold", "TEST", "--shares", "2", "--start", "2017-01-07", "--json")
    )
    close = history.adjusted_close
    assert (document["start"], document["end"]) == ("2017-01-09", "2017-02-27")
    assert document["profit"] == pytest.approx(2 * (close.iloc[-1] - close["2017-01-09"]))
    assert document["frame"][0]["profitPercent"] == 0


def test_any_number_of_priors_can_be_given():
    given = [str(scale) for scale in (0.001, 0.01, 0.05, 0.1, 0.2, 0.5)]
    options = [part for scale in given for part in ("--prior", scale)]
    document = json.loads(told("priors", "TEST", *options, "--json"))
    assert document["scales"] == [float(scale) for scale in given]


def test_a_table_lists_the_next_sessions_with_their_directions():
    lines = told("next-days", "TEST", "--sessions", "3").splitlines()
    rows = [line for line in lines if "2017-" in line and "│" in line]
    assert [row.split("│")[1].strip() for row in rows] == ["2017-02-28", "2017-03-01", "2017-03-02"]
    assert all("rise" in row or "fall" in row for row in rows)


def test_interest_is_read_from_a_file_and_correlated(tmp_path, history):
    monthly = history.adjusted_close.resample("ME").last().iloc[:-1]
    file = tmp_path / "interest.csv"
    monthly.to_csv(file, index_label="date", header=["value"])
    document = json.loads(told("changepoints", "TEST", "--interest", str(file), "--json"))
    assert document["correlation"] > 0.95
    assert document["interest"][-1]["date"] == "2017-01-31"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("history", "$$"), "must be a ticker"),
        (("priors", "TEST", "--training-years", "0"), "training_years"),
        (("evaluation", "TEST", "--interval", "2"), "interval"),
        (("buy-and-hold", "TEST", "--html", "none/page.html"), "none/page.html cannot be written"),
        (("changepoints", "TEST", "--interest", "none.csv"), "none.csv cannot be read"),
    ],
)
def test_what_it_is_given_wrong_is_refused(arguments, reason):
    with pytest.raises(InvalidRequest, match=reason):
        told(*arguments)


@pytest.mark.parametrize(
    "text",
    ["", "day,count\n2016-01-01,1\n", "date,value\n1.2.2016,1\n", "date,value\n2016-01-01,x\n"],
)
def test_interest_that_is_no_such_table_is_refused(tmp_path, text):
    file = tmp_path / "interest.csv"
    file.write_text(text)
    with pytest.raises(InvalidRequest, match="must be a CSV with the columns date"):
        told("changepoints", "TEST", "--interest", str(file))
