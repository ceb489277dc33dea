import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from IPython.core.formatters import DisplayFormatter

from stockcast_lib.core.budgets import VendorRecord
from stockcast_lib.core.errors import Throttled, UnknownTicker
from stockcast_lib.core.prices import PriceVersion
from stockcast_lib.core.results import PLOTLY_MIME, PNG_MIME, PRICES_MIME, RESULT_MIME, parse_result
from stockcast_lib.forecasting import ModelConfig, make_forecast
from stockcast_lib.ingestion import Refresh
from stockcast_lib.report import ForecastReport, PricesReport
from tests.factories import LAST_SESSION, price_history, price_version

NEXT_DAY = datetime(LAST_SESSION.year, LAST_SESSION.month, LAST_SESSION.day, tzinfo=UTC) + (
    timedelta(days=1)
)
HISTORY = price_history(sessions=300, sample=True)
VERSION = price_version(HISTORY)
RECORD = VendorRecord(
    refusals={"tiingo": Throttled("Tiingo asks to wait.", retry_after=60).report()},
    calls={"tiingo": 1, "sample": 0},
)
REFRESH = Refresh(VERSION, HISTORY, RECORD)


@pytest.fixture(scope="module")
def forecast():
    return make_forecast(HISTORY, 30, ModelConfig(changepoint_prior_scale=0.1))


@pytest.fixture(scope="module")
def report(forecast):
    return ForecastReport(forecast, VERSION, now=NEXT_DAY)


def _displayed(thing):
    bundle, _ = DisplayFormatter().format(thing)
    return bundle


def test_ipython_displays_every_form_of_a_forecast(report):
    bundle = _displayed(report)
    assert set(bundle) == {RESULT_MIME, PLOTLY_MIME, PNG_MIME, "text/html", "text/plain"}
    json.dumps(bundle, allow_nan=False)
    assert base64.b64decode(bundle[PNG_MIME]).startswith(b"\x89PNG")
    assert bundle[PLOTLY_MIME]["data"]


def test_the_displayed_result_reads_back_as_the_forecast(report, forecast):
    result = parse_result(_displayed(report)[RESULT_MIME])
    target = forecast.path.iloc[-1]
    assert result == report.result
    assert (result.ticker, result.days, result.target_date) == ("TEST", 30, forecast.target_date)
    assert (result.price, result.lower, result.upper) == tuple(target[["price", "lower", "upper"]])
    assert len(result.path) == len(forecast.path)
    assert result.data_version == VERSION.key
    assert result.last_price == result.baseline.price == HISTORY.adjusted_close.iloc[-1]


def test_a_horizon_with_too_few_windows_is_said_to_be_untested(report):
    skill = report.result.skill
    assert (skill.standing, skill.value) == ("untested", None)
    for form in ("text/html", "text/plain"):
        assert "not enough history to test" in _displayed(report)[form]
        assert "Not enough history to test this horizon." in _displayed(report)[form]
    assert report.result.coverage is None
    assert "band: not yet measured" in _displayed(report)["text/plain"]


def test_what_was_measured_is_shown_at_every_horizon(report):
    horizons = report.result.skill.horizons
    assert [each.sessions for each in horizons] == [1, 5, 21, 22, 63]
    html = _displayed(report)["text/html"]
    for each in horizons:
        assert f"<td>{each.sessions}</td>" in html
        coverage, direction = each.coverage, each.direction
        held, right, rose = (
            f"<td>{count} of {windows}</td>"
            for count, windows in (
                (coverage.held, coverage.windows),
                (direction.right, direction.windows),
                (direction.rose, direction.windows),
            )
        )
        assert held + right + rose in html
    heads = ("band held", "direction right", "rose")
    assert "".join(f"<th>{head}</th>" for head in heads) in html


def test_where_enough_windows_tell_the_text_says_how_often_the_band_held():
    told = ForecastReport(make_forecast(HISTORY, 1), VERSION)
    coverage = told.result.coverage
    assert coverage.windows == told.result.skill.windows >= 8
    text = f"band: held {coverage.held} of the last {coverage.windows} times"
    assert text in _displayed(told)["text/plain"]


def test_what_the_forecast_is_made_of_is_said_before_its_worth(report, forecast):
    assert report.result.basis == forecast.basis
    assert forecast.basis.startswith("the last price, a drift of ")
    for form in ("text/html", "text/plain"):
        text = _displayed(report)[form]
        basis = text.index(f"The forecast is {forecast.basis}.")
        assert basis < text.index(report.result.skill.verdict)


def test_what_is_not_measured_is_null_and_said_so(forecast):
    report = ForecastReport(replace(forecast, skill=None, coverage=None), VERSION)
    assert (report.result.skill, report.result.coverage) == (None, None)
    assert "not yet measured" in _displayed(report)["text/html"]
    assert "skill: not yet measured" in _displayed(report)["text/plain"]


def test_what_is_odd_about_the_prices_is_in_the_result_and_on_the_card(forecast):
    report = ForecastReport(replace(forecast, notes=("12 sessions are <missing>.",)), VERSION)
    assert report.result.notes == ("12 sessions are <missing>.",)
    assert "12 sessions are &lt;missing&gt;." in _displayed(report)["text/html"]
    assert "12 sessions are <missing>." in _displayed(report)["text/plain"]


def test_the_result_says_which_parameters_were_fitted(report):
    assert report.result.model.engine == "exact"
    assert report.result.model.params["changepoint_prior_scale"] == 0.1
    assert report.result.model.params["yearly_seasonality"] is False  # 300 sessions are too few


@pytest.mark.parametrize(("days_later", "stale"), [(0, False), (7, False), (8, True), (3000, True)])
def test_a_result_is_stale_when_its_data_were_fetched_over_a_week_ago(forecast, days_later, stale):
    version = price_version(HISTORY, behind=False)
    now = version.fetched_at + timedelta(days=days_later)
    assert ForecastReport(forecast, version, now=now).result.stale is stale


def test_a_result_is_stale_when_a_session_had_closed_that_its_data_lack(forecast):
    version = price_version(HISTORY, behind=True)
    assert ForecastReport(forecast, version, now=version.fetched_at).result.stale


def test_the_clock_judges_where_no_time_is_given(forecast):
    assert ForecastReport(forecast, VERSION).result.stale


def test_the_card_shows_the_figures_and_the_sample(report, forecast):
    html = _displayed(report)["text/html"]
    for text in (
        f"{report.result.price:,.2f}",
        f"{report.result.baseline.price:,.2f}",
        "29 Mar 2017",
        "80 % band",
        "sample data to 27 Feb 2017",
        "data:image/png;base64,",
    ):
        assert text in html
    assert forecast.target_date.isoformat() == "2017-03-29"


def test_old_data_of_a_vendor_is_said_to_be_old(forecast):
    live = ForecastReport(forecast, price_version(HISTORY, sample=False))
    assert "not up to date" in _displayed(live)["text/html"]


def test_markup_in_a_ticker_is_escaped_everywhere(forecast):
    evil = "<script>alert(1)</script>"
    report = ForecastReport(replace(forecast, ticker=evil), VERSION)
    assert "<script" not in _displayed(report)["text/html"]
    changes = {"ticker": evil, "vendor": evil, "notes": (evil,)}
    refusals = {evil: UnknownTicker(evil).report()}
    refresh = Refresh(VERSION.model_copy(update=changes), HISTORY, VendorRecord(refusals=refusals))
    prices = PricesReport(refresh)
    assert "<script" not in _displayed(prices)["text/html"]


def test_markup_in_a_ticker_does_not_reach_the_figures_title(forecast):
    report = ForecastReport(replace(forecast, ticker="<i>X</i>"), VERSION)
    assert "<i>" not in report.figure["layout"]["title"]["text"]


def test_ipython_displays_prices_with_their_manifest_and_last_rows():
    bundle = _displayed(PricesReport(REFRESH))
    assert set(bundle) == {PRICES_MIME, "text/html", "text/plain"}
    assert PriceVersion.model_validate(json.loads(json.dumps(bundle[PRICES_MIME]))) == VERSION
    assert VendorRecord.model_validate(bundle[PRICES_MIME]) == RECORD
    assert bundle["text/html"].count("<tr>") == 6
    assert "tiingo: Tiingo asks to wait." in bundle["text/plain"]
    assert "sample data to 27 Feb 2017" in bundle["text/plain"]


def test_a_card_of_stale_prices_says_when_they_were_fetched(forecast):
    version = price_version(HISTORY, sample=False)
    bundle = _displayed(ForecastReport(forecast, version, now=version.fetched_at))
    assert "not up to date: fetched on 5 Jan 2026" in bundle["text/html"]
