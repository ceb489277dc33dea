"""The path as CSV."""

from datetime import date

import pytest

from stockcast_lib.core.errors import BadResult
from stockcast_lib.evidence.path_csv import csv_body
from stockcast_lib.ports import StoredForecast
from tests.factories import forecast_result


def stored(result: bytes) -> StoredForecast:
    return StoredForecast("job", result, b"{}", b"png")


def test_each_session_of_the_path_has_a_row():
    result = forecast_result()
    lines = csv_body(stored(result.to_json().encode())).decode().splitlines()
    assert lines[0] == "date,price,lower,upper"
    assert len(lines) == 1 + len(result.path)
    point = result.path[0]
    assert lines[1] == f"{point.date},{point.price},{point.lower},{point.upper}"


def test_only_the_days_that_were_asked_for_are_in_it():
    result = forecast_result()
    last = result.path[-1].date
    body = csv_body(stored(result.to_json().encode()), last, date.max).decode()
    assert [line.split(",")[0] for line in body.splitlines()[1:]] == [str(last)]


def test_what_is_no_result_is_refused():
    with pytest.raises(BadResult):
        csv_body(stored(b"{}"))
