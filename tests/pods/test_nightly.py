"""The nightly jobs, run now: each as its CronJob's pod, which ends by itself."""

import re

import pytest

from stockcast_lib.batches import tickers_in
from tests.chaos.askers import call

WATCHLIST, SCORING = "watchlist", "scoring"
pytestmark = pytest.mark.timeout(1500)


def test_the_watchlist_is_forecast_and_the_ledger_of_it_is_scored(cluster):
    listed = cluster.manifests.find("ConfigMap", "stockcast-watchlist")["data"]["watchlist.txt"]
    tickers = tickers_in(listed)
    status, said = cluster.run_job(WATCHLIST)
    assert (status, f"{len(tickers)} forecasts: " in said) == (0, True), said
    status, said = cluster.run_job(SCORING)
    assert status == 0, said
    kept = int(re.search(r"^(\d+) forecasts in the ledger", said, re.MULTILINE)[1])
    assert kept >= len(tickers)
    assert call(f"{cluster.api}/api/v1/scores")[1]["forecasts"] == kept


def test_a_job_says_by_its_status_that_its_gateway_is_not_there(cluster):
    gone = cluster.pods("gateway")
    for kept in gone:
        cluster.drop(kept)
    try:
        status, said = cluster.run_job(WATCHLIST)
    finally:
        for _ in gone:
            cluster.launch("gateway")
        cluster.await_ready()
    # By which the job is tried again; 2 is for what is wrong with the list.
    assert status == 1, said
