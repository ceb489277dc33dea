"""The forecast's figures as HTML."""

from datetime import UTC, datetime

import pytest

from stockcast_lib.core.results import Coverage, Skill
from stockcast_lib.dashboard.reader import Reader
from stockcast_lib.dashboard.view.words import heading_html, skill_html, summary_html
from tests.factories import forecast_result

READER = Reader()
SKILL = Skill(
    value=0.05, baseline="naive", windows=40, standing="better", verdict="Better, <i>barely</i>."
)


def test_the_heading_says_what_it_is_about():
    html = heading_html(forecast_result(), READER)
    assert "TEST in 3 days" in html
    assert "from the close of 27 Feb 2017, 99.50" in html


def test_one_day_is_one_day():
    assert "TEST in 1 day " in heading_html(forecast_result(days=1), READER)


def test_a_sample_is_said_once():
    html = heading_html(forecast_result(sample=True, stale=True), READER)
    assert "Sample data to 27 Feb 2017" in html
    assert "Old prices" not in html


def test_old_prices_are_said_with_when_they_were_fetched():
    fetched = datetime(2017, 3, 1, tzinfo=UTC)
    result = forecast_result(sample=False, stale=True, fetched_at=fetched)
    html = heading_html(result, READER)
    assert "the last session is 27 Feb 2017, fetched on 1 Mar 2017" in html


def test_fresh_prices_have_no_badge():
    assert "badge" not in heading_html(forecast_result(sample=False, stale=False), READER)


def test_what_is_odd_about_the_prices_is_said():
    html = heading_html(forecast_result(notes=("A <gap>.",)), READER)
    assert "A &lt;gap&gt;." in html


@pytest.mark.parametrize(
    ("level", "words"), [(0.8, "8 times in 10"), (0.5, "5 times in 10"), (0.95, "95 % of the time")]
)
def test_the_band_is_said_in_words(level, words):
    html = summary_html(forecast_result(interval=level), READER)
    assert "expects 102.00 on Thu 2 Mar 2017." in html
    assert f"The band from 93.00 to 110.00 is meant to hold {words}." in html
    assert "+2.5 %" in html


def test_numbers_are_the_readers():
    assert "102,00" in summary_html(forecast_result(), Reader("de-DE"))


def test_the_naive_forecast_stands_beside_it():
    assert "<dt>Naive forecast</dt><dd>99.50</dd>" in summary_html(forecast_result(), READER)


def test_skill_is_said_with_its_verdict_escaped():
    html = skill_html(forecast_result(skill=SKILL), READER)
    assert 'data-standing="better"' in html
    assert "Better than the last price by 5.0 %" in html
    assert "Better, &lt;i&gt;barely&lt;/i&gt;." in html


def test_what_was_not_measured_is_said():
    html = skill_html(forecast_result(), READER)
    assert "Not yet measured" in html
    assert "Band not yet measured" in html
    assert 'data-standing="untested"' in html


def test_coverage_is_counted_and_drawn_against_its_level():
    coverage = Coverage(level=0.8, held=34, windows=40)
    html = skill_html(forecast_result(coverage=coverage), READER)
    assert "Held 34 of the last 40" in html
    assert "width:85.0%" in html
    assert "left:80.0%" in html
    assert "The 80 % band held the price 85 % of the time" in html


def test_what_a_notebook_wrote_has_the_readers_numbers():
    made = forecast_result(skill=SKILL, basis="the last price, a drift of +5.2% a year")
    assert "a drift of +5,2 % a year" in summary_html(made, Reader("de-DE"))
    assert "by 5,0 %" in skill_html(made, Reader("de-DE"))
