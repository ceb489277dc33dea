"""Parts of a forecast's path, by their days."""

import pytest

pytestmark = pytest.mark.usefixtures("done")

HERE = f"/api/v1/forecasts/{'a' * 32}"


def _csv(answer):
    assert answer.status == 200, answer.body
    return answer.body.decode().splitlines()


def test_a_range_of_days_has_both_its_ends(get):
    header, *rows = _csv(get(f"{HERE}/data.csv"))
    days = [row.split(",")[0] for row in rows]
    assert len(days) == 5
    first, last = days[1], days[-2]
    asked = f"{HERE}/data.csv"
    assert _csv(get(f"{asked}?from={first}&to={last}")) == [header, *rows[1:-1]]
    assert _csv(get(f"{asked}?from={first}")) == [header, *rows[1:]]
    assert _csv(get(f"{asked}?to={last}")) == [header, *rows[:-1]]
    assert _csv(get(f"{asked}?from={first}&to={first}")) == [header, rows[1]]


def test_where_no_day_is_in_the_range_only_the_header_is_sent(get):
    assert _csv(get(f"{HERE}/data.csv?to=1990-01-01")) == ["date,price,lower,upper"]


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("from=2017-03-02&to=2017-03-01", ["to"]),
        ("from=yesterday", ["from"]),
        ("from=20170301", ["from"]),
        ("from=1488326400", ["from"]),
        ("from=", ["from"]),
        ("to=2017-02-30", ["to"]),
        ("to=2017-03-01T00:00:00", ["to"]),
        ("from=x&to=y", ["from", "to"]),
    ],
)
def test_a_range_that_is_none_is_refused_by_its_name(ask, query, wrong):
    status, _, problem = ask(f"{HERE}/data.csv?{query}")
    assert status == 422
    assert [each["field"] for each in problem["fields"]] == wrong
    assert all(each["message"].startswith("must ") for each in problem["fields"])
