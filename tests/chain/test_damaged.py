"""Objects in S3 that somebody has changed: never served, and made anew when asked again."""

import pytest

from stockcast_lib.core import keys
from tests.chain.client import ask, call, get, problem, until

pytestmark = [pytest.mark.long, pytest.mark.stack, pytest.mark.kernels]

TICKER = "XOM"


def bucket_folder(stack):
    return stack.folder / "data" / "s3" / "stockcast"


def damage(paths):
    """Turn one bit of each, in the middle."""
    found = list(paths)
    assert found
    for path in found:
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 4
        path.write_bytes(data)


def made(stack, days):
    status, job = ask(stack.api, {"ticker": TICKER, "days": days})
    assert (status, job["state"]) == (200, "done")
    return job


def made_anew(stack, days, before):
    """Asked again until the answer is no longer the job that has just ended."""

    def asked():
        job = made(stack, days)
        return job if job["id"] != before["id"] else None

    return until(asked)


@pytest.mark.parametrize("face", ["notebook.ipynb", "notebook"])
def test_a_damaged_notebook_is_not_shown_and_asked_again_there_is_a_good_one(stack, face):
    days = 37 + len(face)
    job = made(stack, days)
    damage((bucket_folder(stack) / "runs" / job["id"]).rglob("forecast.ipynb"))
    status, document = problem(call(f"{stack.api}{job['links'][face]}"))
    assert (status, document["type"]) == (500, "/problems/damaged-object")
    assert "ask for the forecast again" in document["detail"]
    assert get(stack.api, job["links"]["self"])[1]["result"] == job["result"]
    again = made_anew(stack, days, job)
    assert call(f"{stack.api}{again['links'][face]}")[0] == 200


def test_damaged_prices_are_not_used_and_asked_again_they_are_fetched_anew(stack):
    version = made(stack, 61)["result"]["dataVersion"]
    content = keys.content_hash(version)
    files = sorted((bucket_folder(stack) / "price-data").glob(f"{content}.*"))
    good = [path.read_bytes() for path in files]
    damage(files)
    status, document = problem(
        call(f"{stack.api}/api/v1/forecasts?wait=60", {"ticker": TICKER, "days": 62})
    )
    assert (status, document["type"]) == (500, "/problems/damaged-prices")
    assert f"ask for a forecast of {TICKER} again" in document["detail"]
    assert made(stack, 62)["result"]["dataVersion"] > version
    assert [path.read_bytes() for path in files] == good
