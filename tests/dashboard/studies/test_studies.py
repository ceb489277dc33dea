"""What each study says, and when it is computed."""

import pytest

from stockcast_lib.dashboard.model.studies import SETTINGS, STUDIES, StudiesModel
from tests.dashboard.studies.played_prices import ENGLISH, GERMAN, run, settled


def test_nothing_is_computed_before_the_section_is_opened(model, prices):
    model.study = "components"
    model.set("shares", 3.0)
    assert (prices.reads, model.working.busy, model.seen) == ([], False, None)


def test_the_components_come_first(prices):
    model = StudiesModel(prices)
    assert next(iter(STUDIES)) == model.study == "components"


def test_the_history_says_its_extremes(opened):
    assert opened.seen.outcome.name == "history"
    assert opened.seen.findings.lines[0].startswith("Adjusted close: lowest ")


@pytest.mark.parametrize("name", STUDIES)
def test_each_study_has_a_figure_without_a_title_and_words(opened, name):
    opened.study = name
    settled(opened)
    assert opened.working.error == ""
    seen = opened.seen
    assert seen.outcome.name == name
    assert seen.document["data"]
    assert "title" not in seen.document["layout"]
    assert seen.outcome.height >= 480
    assert all(line.endswith((".", "%")) for line in seen.findings.lines)


@pytest.mark.parametrize("name", STUDIES)
def test_each_study_s_settings_are_known_and_its_table_is_whole(opened, name):
    assert set(STUDIES[name].settings) <= set(SETTINGS)
    opened.study = name
    settled(opened)
    table = opened.seen.findings.table
    if table:
        assert {len(row) for row in table.rows} == {len(table.head)}


def test_back_to_a_study_asks_nothing_twice(opened, prices):
    first = opened.seen.outcome
    opened.study = "holding"
    settled(opened)
    opened.study = "history"
    assert not opened.working.busy
    assert opened.seen.outcome is first
    assert len(prices.reads) == 1


def test_another_forecast_is_of_other_prices(opened, prices):
    opened.show(run(data_version="prices/other"), ENGLISH)
    settled(opened)
    assert prices.reads[-1] == "prices/other"
    assert len(prices.reads) == 2


def test_another_reader_is_told_the_same_in_his_numbers(opened, prices):
    opened.set("columns", "volume")
    settled(opened)
    outcome = opened.seen.outcome
    opened.show(opened.run, GERMAN)
    assert opened.seen.outcome is outcome
    assert opened.seen.document["layout"]["separators"] == ",."
    assert "1.000.000 on" in opened.seen.findings.table.rows[1][1]
    assert len(prices.reads) == 1
