from datetime import UTC, datetime

import pytest

from stockcast_lib.core.results import Baseline, Coverage, Skill
from stockcast_lib.dashboard.cards import cards_html, error_html, progress_html
from tests.factories import forecast_result


def test_without_a_result_there_are_no_cards():
    assert cards_html(None) == ""


@pytest.mark.parametrize(
    "text",
    [
        "TEST in 3 days",
        "from the close of 2017-02-27, 99.50",
        "102.00",
        "2017-03-02",
        "93.00 to 110.00",
        "80 % band",
        "99.50",
        "sample data to 2017-02-27",
        "old prices: the last session was 2017-02-27",
    ],
)
def test_cards_show_the_forecast(text):
    assert text in cards_html(forecast_result(), "sample data to 2017-02-27")


def test_what_is_not_measured_is_said_to_be_so():
    assert cards_html(forecast_result()).count("not yet measured") == 2


def test_skill_and_coverage_are_shown_once_measured():
    skill = Skill(
        value=-0.125, baseline="naive", windows=40, standing="worse", verdict="Worse, by <40>."
    )
    coverage = Coverage(level=0.8, held=34, windows=40)
    html = cards_html(forecast_result(skill=skill, coverage=coverage))
    assert "not yet measured" not in html
    assert "worse than the last price by 12.5%" in html
    assert "Worse, by &lt;40&gt;." in html
    assert "34 of 40" in html


def test_small_prices_keep_their_digits():
    assert "0.0001234" in cards_html(forecast_result(price=0.0001234))


def test_absurd_prices_stay_short():
    html = cards_html(forecast_result(price=98_770_264_810.56, upper=2.0352590e98))
    assert "<dd>9.877e+10</dd>" in html
    assert "93.00 to 2.035e+98" in html


def test_values_are_escaped():
    evil = "<img src=x onerror=alert(1)>"
    html = cards_html(forecast_result(baseline=Baseline(name=evil, price=1), ticker=evil), evil)
    assert "<img" not in html
    assert "<img" not in error_html(evil)
    assert "<img" not in progress_html(0.5, evil, evil, busy=True)


def test_the_progress_bar_tells_where_it_is():
    html = progress_html(0.44, "Forecasting", "cell 2 of 5", busy=True)
    assert 'role="progressbar"' in html
    assert 'aria-valuenow="44"' in html
    assert "Forecasting · cell 2 of 5" in html


def test_nothing_under_way_no_bar():
    assert progress_html(1.0, "", "", busy=False) == ""


def test_an_error_is_an_alert():
    assert 'role="alert"' in error_html("Away.")
    assert error_html("") == ""


def test_old_prices_of_a_vendor_say_when_they_were_fetched():
    fetched = datetime(2026, 11, 12, 20, 5, tzinfo=UTC)
    result = forecast_result(stale=True, sample=False, fetched_at=fetched)
    assert "not up to date: fetched on 12 Nov 2026" in cards_html(result)
