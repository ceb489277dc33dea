"""What the forecast stage accepts from a notebook, and what it refuses."""

import base64
from datetime import UTC, datetime

import pytest

from stockcast_lib.core.errors import BadResult
from stockcast_lib.core.jobs import ForecastRequest, Job, JobState, Stage
from stockcast_lib.core.results import PLOTLY_MIME, PNG_MIME, RESULT_MIME, parse_result
from stockcast_lib.evidence.displayed import displayed_forecast
from stockcast_lib.ports import NotebookRun
from tests.factories import forecast_result

RESULT = forecast_result()
NOW = datetime(2026, 1, 5, tzinfo=UTC)
PNG = b"\x89PNG and so on"


def job(**changes):
    request = {"ticker": RESULT.ticker, "days": RESULT.days, **changes}
    return Job(
        id="a" * 32,
        request=ForecastRequest.model_validate(request),
        state=JobState.RUNNING,
        stage=Stage.FORECAST,
        created_at=NOW,
        updated_at=NOW,
        price_version=RESULT.data_version,
    )


def bundle(**changes):
    whole = {
        RESULT_MIME: RESULT.to_document(),
        PLOTLY_MIME: {"data": [], "layout": {}},
        PNG_MIME: base64.b64encode(PNG).decode(),
    }
    return {name: value for name, value in {**whole, **changes}.items() if value is not None}


def displayed(*bundles, of=None):
    return displayed_forecast(NotebookRun(b"", bundles, None), of or job(), "rev-1")


def test_the_last_report_counts_and_learns_the_model_s_revision():
    result, stored = displayed(bundle(**{RESULT_MIME: {"old": 1}}), {"text/plain": "x"}, bundle())
    assert parse_result(stored.result) == result
    assert stored.picture == PNG
    assert parse_result(stored.result).model.revision == "rev-1"
    assert parse_result(stored.result).price == RESULT.price


@pytest.mark.parametrize(
    ("shown", "told"),
    [
        ({"text/plain": "hello"}, "displayed no forecast"),
        (bundle(**{PNG_MIME: None}), "lacks image/png"),
        (bundle(**{PLOTLY_MIME: None}), "lacks application/vnd.plotly"),
        (bundle(**{RESULT_MIME: {**RESULT.to_document(), "price": -1}}), "price"),
        (bundle(**{RESULT_MIME: {**RESULT.to_document(), "price": float("nan")}}), "price"),
        (bundle(**{RESULT_MIME: {**RESULT.to_document(), "spam": 1}}), "spam"),
        (bundle(**{RESULT_MIME: "not a result"}), "not valid"),
        (bundle(**{PNG_MIME: "bm8gcGljdHVyZQ=="}), "not a PNG"),
        (bundle(**{PNG_MIME: 7}), "not a PNG"),
    ],
)
def test_a_display_that_is_no_forecast_is_refused_with_the_reason(shown, told):
    with pytest.raises(BadResult, match=told):
        displayed(shown)


@pytest.mark.parametrize("other", [{"ticker": "OTHER"}, {"days": RESULT.days + 1}])
def test_a_forecast_of_something_else_is_refused(other):
    with pytest.raises(BadResult, match="not for the ticker"):
        displayed(bundle(), of=job(**other))
