"""200 forecasts by the gateway's Service, while its pods suffer every kind of fault."""

from collections import Counter

import pytest

from tests.chaos.askers import Askers, call
from tests.chaos.ends import LONGEST_END, all_ended, jobs_and_ends, requests
from tests.pods.faults import Faults
from tests.pods.jobs import Jobs

JOBS = 200
SECONDS = 180.0
pytestmark = pytest.mark.timeout(1500)


def test_nothing_accepted_is_lost_whatever_happens_to_pods(cluster, derive, figures):
    other = derive("other", "LABEL org.opencontainers.image.revision=other")
    askers, jobs = Askers(cluster.api, requests(JOBS), SECONDS), Jobs(cluster)
    faults = Faults(cluster, jobs, other)
    told = []
    askers.start()
    try:
        faults.strike(told.append)
    finally:
        figures.append("\n".join(told))
    assert askers.join(LONGEST_END), "not everything was accepted"
    ended = all_ended(askers)
    states = Counter(answer["state"] for answer in ended.values())
    refused = f"{len(askers.refused)} times refused before"
    figures.append(f"{len(ended)} forecasts accepted, {refused}: {dict(states)}")
    assert set(faults.done) == set(faults.kinds), "a kind of fault never happened"
    assert states == {"done": JOBS}, "what was accepted is lost"
    for answer in ended.values():
        asked, result = answer["request"], answer["result"]
        assert (result["ticker"], result["days"]) == (asked["ticker"], asked["days"])
    kept, told_ends = jobs_and_ends(jobs.url())
    assert told_ends == dict.fromkeys(kept, 1), "a job ended twice, or was not told to have"


def test_a_pod_that_is_told_to_end_does_so_in_its_grace_with_status_0(cluster):
    assert {each.component for each in cluster.ends} >= {"gateway", "ingest", "forecast"}
    assert [each for each in cluster.ends if each.status or each.seconds > each.grace] == []


def test_no_pod_was_started_anew_but_those_that_were_killed(cluster):
    for kept in cluster.kept:
        assert set(kept.restarts) <= {"ended"}, (kept.pod.name, kept.restarts, kept.pod.logs())


def test_no_pod_outgrew_its_volumes(cluster):
    for kept in cluster.kept:
        for folder, most in kept.pod.folders.items():
            held = sum(each.stat().st_size for each in folder.rglob("*") if each.is_file())
            assert held <= most, (kept.pod.name, folder.name)


def test_the_dashboard_is_served_beside_it_all(cluster):
    (kept,) = cluster.pods("dashboard")
    assert kept.ready
    assert call(f"{cluster.service_url('dashboard')}/healthz")[0] == 200
