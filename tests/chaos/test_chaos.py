"""Every accepted job ends once, and truly, whatever dies meanwhile.

`STOCKCAST_CHAOS_SECONDS` and `STOCKCAST_CHAOS_JOBS` make it longer: see `make chaos`.
"""

import asyncio
import os
import time
from collections import Counter

import pytest
from tornado.httpclient import AsyncHTTPClient

from tests.chaos.askers import Askers
from tests.chaos.ends import LONGEST_END, all_ended, jobs_and_ends, requests
from tests.chaos.faults import Faults
from tests.servers import running_stack, unwatched_stack

SECONDS = float(os.environ.get("STOCKCAST_CHAOS_SECONDS", "60"))
JOBS = int(os.environ.get("STOCKCAST_CHAOS_JOBS", "60"))
FAULT_EVERY = 3.0
SEED = 1
# What may be said of a job that failed here: these things did happen.
TRUE_REASONS = {"worker-lost", "kernel-died", "store-unavailable", "worker-unavailable"}
WAITERS = 500

pytestmark = [
    pytest.mark.stack, pytest.mark.kernels, pytest.mark.timeout(int(SECONDS) + 600),
]  # fmt: skip


def test_every_accepted_job_ends_once_whatever_dies(stores, tmp_path, figures):
    options = ("--no-dashboard", "--workers", "2")
    with running_stack(tmp_path, *options, **stores.environment) as stack:
        askers, faults = (
            Askers(stack.api, requests(JOBS), 0.9 * SECONDS),
            Faults(stack, stores.supervisor, stores.proxy, SEED),
        )
        askers.start()
        faults.strike_for(SECONDS, FAULT_EVERY)
        faults.heal()
        assert askers.join(LONGEST_END), "not everything was accepted"
        ended = all_ended(askers)
        figures.append("\n".join(report(faults, askers, ended)))
        time.sleep(2)
        kept, told_ends = jobs_and_ends(stores.environment["STOCKCAST_REDIS_URL"])
        # An end is for good.
        assert {job: answer["state"] for job, answer in askers.states().items()} == {
            job: answer["state"] for job, answer in ended.items()
        }
    assert set(faults.done) == set(faults.kinds), "a kind of fault never happened"
    assert_ends_are_true(ended)
    asked_once = {(asked["ticker"], asked["days"]) for asked in askers.accepted.values()}
    assert len(asked_once) == JOBS
    assert len(askers.accepted) == JOBS, "one request has two jobs"
    assert_nothing_is_doubled(kept, told_ends, askers)


def assert_ends_are_true(ended):
    for answer in ended.values():
        if answer["state"] == "done":
            assert answer["result"]["ticker"] == answer["request"]["ticker"]
            assert answer["result"]["days"] == answer["request"]["days"]
        else:
            assert answer["state"] == "failed"
            assert answer["error"]["code"] in TRUE_REASONS, answer["error"]


def assert_nothing_is_doubled(kept, told_ends, askers):
    # Whoever hears nothing of a job asks again, and once that has failed for another one.
    unheard = {job for job, state in kept.items() if job not in askers.accepted}
    assert {kept[job] for job in unheard} <= {"failed"}, "a request made two jobs"
    assert len(kept) - len(unheard) == JOBS
    assert told_ends == dict.fromkeys(kept, 1), "a job ended twice, or was not told to have"


def report(faults, askers, ended):
    states = Counter(answer["state"] for answer in ended.values())
    lines = [f"{faults.done[kind]:4} x {kind}" for kind in faults.kinds]
    lines += [f"{len(ended)} jobs accepted: {dict(states)}"]
    lines += [f"{len(askers.refused)} requests had to be repeated"]
    return lines


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
def test_500_wait_at_once_for_one_forecast(tmp_path):
    # Unwatched: a thread for each connection would take longer than the answers.
    with unwatched_stack(tmp_path, "--no-dashboard") as stack:
        answers = asyncio.run(_ask_all(stack.api))
    assert {answer.code for answer in answers} == {200}
    assert len({answer.body for answer in answers}) == 1


async def _ask_all(api):
    client = AsyncHTTPClient(force_instance=True, max_clients=WAITERS)
    url = f"{api}/api/v1/forecasts?wait=60"
    body = '{"ticker": "XOM", "days": 777}'
    asked = [
        client.fetch(url, method="POST", body=body, request_timeout=90, connect_timeout=60)
        for _ in range(WAITERS)
    ]
    answers = await asyncio.gather(*asked)
    client.close()
    return answers
