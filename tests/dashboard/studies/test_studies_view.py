"""The studies' widgets."""

from datetime import UTC, date, datetime
from html import escape

import pytest

from stockcast_lib.dashboard.model.studies import STUDIES
from tests.dashboard.studies.played_prices import ENGLISH, GERMAN, run, settled


def shown(view):
    return {name for name, field in view.settings.fields.items() if field.layout.display != "none"}


@pytest.mark.parametrize("name", STUDIES)
def test_only_the_fields_of_the_study_are_shown_and_labelled(view, name):
    view.study.value = name
    assert shown(view) == set(STUDIES[name].settings)
    assert all(view.settings.fields[each].description for each in shown(view))
    assert escape(STUDIES[name].about) in view.about.value


def test_the_view_shows_figure_findings_and_words(view, model):
    model.show(run(), GERMAN)
    settled(model)
    view.study.value = "next_days"
    settled(model)
    assert view.chart.figure == model.seen.document
    assert view.chart.layout.height == f"{model.seen.outcome.height}px"
    assert view.chart.words.startswith("Next sessions of TEST. From one session to the next")
    assert "From one session to the next" in view.findings.value
    assert "<caption>The next sessions</caption>" in view.table.value
    assert view.table.value.count('<th scope="row">') == 10


def test_a_field_reaches_the_model_and_back(view, model):
    model.show(run(), ENGLISH)
    view.settings.fields["training_years"].value = 2.0
    assert model.values["training_years"] == 2.0
    model.set("shares", 7.0)
    assert view.settings.fields["shares"].value == 7.0


def test_progress_and_errors_are_spoken(view, model, prices):
    prices.gate.clear()
    model.show(run(), ENGLISH)
    assert '<p role="status">Reading the prices …</p>' in view.working.status.value
    assert view.working.line.layout.visibility is None
    assert view.working.cancel.layout.display is None
    model.working.seconds = 3
    assert "3 s" in view.working.seconds.value
    assert "3 s" not in view.working.status.value
    view.working.cancel.click()
    assert view.working.line.layout.visibility == "hidden"
    assert 'role="status"' in view.notice.value
    model.working.fail("<b>Not so.</b>")
    assert 'role="alert">&lt;b&gt;Not so.&lt;/b&gt;' in view.working.error.value


def test_what_was_set_before_is_dimmed_and_an_error_leaves_nothing(view, model, prices):
    model.show(run(), ENGLISH)
    settled(model)
    prices.gate.clear()
    model.show(run(data_version="prices/other"), ENGLISH)
    assert "stockcast-before" in view._made._dom_classes
    prices.gate.set()
    settled(model)
    assert "stockcast-before" not in view._made._dom_classes
    model.set("start", date(2030, 1, 1))
    settled(model)
    assert view.chart.figure == {}
    assert view.findings.value == ""


def test_an_interest_comes_from_a_file(view, model):
    upload = view.settings._uploads["interest"]
    held = {"name": "a.csv", "type": "text/csv", "size": 23, "last_modified": datetime.now(UTC)}
    upload.value = ({**held, "content": memoryview(b"date,value\n2016-01-04,1")},)
    assert model.values["interest"] == "date,value\n2016-01-04,1"
    view.study.value = "changepoints"
    assert upload.layout.display is None
    view.study.value = "history"
    assert upload.layout.display == "none"
