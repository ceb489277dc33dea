"""Names of models and their revisions, and the order of promotions."""

from datetime import UTC, datetime, timedelta

import pytest

from stockcast_lib.core.errors import InvalidRequest, UnknownModel
from stockcast_lib.core.jobs import parse_request
from stockcast_lib.core.models import ModelRef, Promotion, entry_time, model_name, model_ref

REVISION = "0123456789abcdef"
NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


def test_a_model_is_named_alone_or_with_a_revision():
    assert model_ref("trend") == ModelRef("trend")
    assert model_ref(f"trend@{REVISION}") == ModelRef("trend", REVISION)
    assert model_ref("default@builtin") == ModelRef("default", "builtin")
    assert str(model_ref(f"trend@{REVISION}")) == f"trend@{REVISION}"
    assert model_name(f"trend@{REVISION}") == "trend"


@pytest.mark.parametrize(
    "text", ["", "Trend", "trend@", "trend@xyz", "../x", f"@{REVISION}", "a@b@c"]
)
def test_what_is_no_name_is_refused(text):
    with pytest.raises(UnknownModel):
        model_ref(text)
    with pytest.raises(InvalidRequest, match="model"):
        parse_request({"ticker": "AAPL", "days": 5, "model": text})


def test_a_request_may_name_a_revision():
    asked = {"ticker": "AAPL", "days": 5, "model": f"trend@{REVISION}"}
    assert parse_request(asked).model == f"trend@{REVISION}"


def test_a_promotion_is_later_than_the_one_before_whatever_the_clock_says():
    last = Promotion(name="t", revision=REVISION, previous=None, at=NOW, by="ada")
    assert entry_time(NOW, None) == NOW
    assert entry_time(NOW - timedelta(hours=1), last) > NOW
    assert entry_time(NOW + timedelta(hours=1), last) == NOW + timedelta(hours=1)
