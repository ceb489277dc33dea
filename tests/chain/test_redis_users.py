"""A whole stack, each server under its own user of Redis."""

import pytest
from dotenv import dotenv_values

from stockcast_lib.adapters.redis_connection import connect
from stockcast_lib.adapters.redis_users import RedisRole
from tests.chain.client import ask, call, get

pytestmark = [
    pytest.mark.long,
    pytest.mark.stack,
    pytest.mark.kernels,
    pytest.mark.timeout(400),
]


@pytest.fixture
def redis_of_stack(stack):
    client = connect(dotenv_values(stack.folder / "data" / "stack.env")["STOCKCAST_REDIS_URL"])
    yield client
    client.close()


def test_a_forecast_is_made_and_read_and_nobody_is_refused_anything(stack, redis_of_stack):
    assert ask(stack.api, {"ticker": "AAPL", "days": 77})[1]["state"] == "done"
    status, again = ask(stack.api, {"ticker": "AAPL", "days": 77})
    assert (status, again["state"]) == (200, "done")
    assert call(f"{stack.api}{again['links']['self']}", method="DELETE")[0] < 300
    assert get(stack.api, "/api/v1/forecasts?ticker=AAPL")[0] == 200
    for path in ("/metrics", "/readyz"):
        assert call(f"{stack.api}{path}")[0] == 200
    refused = [each for each in redis_of_stack.acl_log() if each["username"] in set(RedisRole)]
    assert refused == []


def test_each_server_has_signed_in_as_itself(stack, redis_of_stack):
    ask(stack.api, {"ticker": "AAPL", "days": 78})
    users = {each["user"] for each in redis_of_stack.client_list()}
    # Who reads this list is the stack's owner; the dashboard signs in with its first visitor.
    assert users >= {"default", RedisRole.GATEWAY, RedisRole.INGEST, RedisRole.FORECAST}
    assert users <= {"default", *RedisRole}
