"""The comparison as it is shown."""

from dataclasses import replace

import pytest

from stockcast_lib.core.jobs import JobState
from stockcast_lib.core.results import Coverage
from stockcast_lib.dashboard.model.asking import Asked
from stockcast_lib.dashboard.model.compare import CompareModel, Row
from stockcast_lib.dashboard.model.run import Run
from stockcast_lib.dashboard.reader import Reader
from stockcast_lib.dashboard.view.compare import CompareView
from stockcast_lib.dashboard.view.compare_words import COLUMNS, chart_words, table_row
from tests.dashboard.service import PlayedService, job, until
from tests.factories import forecast_result


@pytest.fixture
def opened() -> list[str]:
    return []


@pytest.fixture
def view(opened) -> CompareView:
    service = PlayedService(job(JobState.DONE))
    model = CompareModel(service)
    view = CompareView(model, opened.append)
    run = Run(service, Asked("TEST", 3))
    run.start().join(10)
    model.show(run, Reader())
    view.model = model
    return view


def told(widget, **content):
    widget._handle_custom_msg(content, [])


def row_of(**changes) -> Row:
    return Row("TEST", "done", "", forecast_result(**changes))


def test_a_row_has_a_cell_for_each_column_after_the_name():
    told = table_row(row_of(coverage=Coverage(level=0.8, held=3, windows=4)), Reader("de-DE"),
                     in_view=True)  # fmt: skip
    assert (told["name"], told["current"]) == ("TEST", "in view")
    assert len(told["cells"]) == len(COLUMNS) - 1
    assert told["cells"][0] == {"text": "99,50", "sort": 99.5}
    assert {"text": "3 of 4", "sort": 0.75} in told["cells"]
    assert told["cells"][-1] == {"text": "27.02.2017", "sort": "2017-02-27"}


def test_what_was_not_measured_says_so_and_sorts_as_nothing():
    told = table_row(row_of(), Reader(), in_view=False)
    assert {"text": "Not yet measured", "sort": None} in told["cells"]
    assert "current" not in told


def test_a_row_without_a_result_has_a_note():
    row = Row("IBM", "failed", "No <prices>.", None)
    assert table_row(row, Reader(), in_view=False) == {
        "key": "IBM", "name": "IBM", "note": "No <prices>.", "state": "failed",
    }  # fmt: skip


def test_the_chart_says_what_it_shows():
    rows = [row_of(), Row("IBM", "busy", "", None), row_of(ticker="MSFT")]
    assert chart_words(rows, Reader(), percent=True) == (
        "The last year of TEST, MSFT and their forecasts to 2 Mar 2017 with their bands, "
        "as changes in per cent"
    )
    assert chart_words([], Reader(), percent=True) == ""


def test_what_is_added_leaves_the_box_and_stands_in_chips_and_table(view, monkeypatch):
    sent = []
    monkeypatch.setattr(view.adding, "send", sent.append)
    told(view.adding, submit="msft")
    # Not over the next one, which may be in the box already.
    assert sent == [{"put": "", "over": "msft"}]
    chip = {"key": "MSFT", "words": "MSFT", "remove": "Remove MSFT"}
    assert view.chips.chips == [chip]
    until(lambda: [each["key"] for each in view.table.rows] == ["TEST", "MSFT"])
    told(view.chips, remove="MSFT")
    assert view.chips.chips == []


def test_what_is_refused_stays_in_the_box_with_the_reason(view):
    told(view.adding, submit="<b>")
    assert 'role="alert"' in view.refusal.value
    told(view.adding, typed="m")
    assert view.refusal.value == ""
    assert view.adding.offered["typed"] == "m"


def test_pressing_a_row_asks_for_it_but_not_for_the_one_in_view(view, opened):
    told(view.table, open="MSFT")
    told(view.table, open="TEST")
    told(view.chips, choose="IBM")
    assert opened == [replace(view.model.run.asked, ticker=each) for each in ("MSFT", "IBM")]


def test_chart_and_unit_follow_the_model(view):
    until(lambda: view.chart.figure)
    assert "per cent" in view.chart.words
    view.unit.value = "price"
    assert view.model.unit == "price"
    until(lambda: view.chart.words.endswith("as prices"))


def test_troubles_are_escaped(view):
    view.model.trouble = "No <b>prices</b>."
    assert "&lt;b&gt;" in view.trouble.value
    view.model.said = "<i>"
    assert view.said.value == '<p class="stockcast-unseen" role="status">&lt;i&gt;</p>'
