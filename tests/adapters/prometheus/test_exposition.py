"""What a process tells Prometheus, read as Prometheus reads it."""

import threading
from datetime import UTC, date, datetime

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from stockcast_lib.adapters.prometheus import families
from stockcast_lib.adapters.prometheus.counting import (
    PrometheusRequests,
    PrometheusStage,
    StageCounters,
)
from stockcast_lib.adapters.prometheus.exposition import PrometheusExposition
from stockcast_lib.adapters.prometheus.reading import Reading
from stockcast_lib.core.budgets import CallLimit, VendorState, WindowLeft
from stockcast_lib.core.errors import NotEnoughHistory, QueueUnavailable
from stockcast_lib.core.jobs import Lane, Stage
from stockcast_lib.core.scores import Scores
from stockcast_lib.ports import Outcome
from tests.factories import score


@pytest.fixture
def registry():
    return CollectorRegistry()


def samples(exposition):
    """All values, by name and labels."""
    told = text_string_to_metric_families(exposition.text().decode())
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in told
        for sample in family.samples
    }


def test_a_request_counts_by_its_template_method_and_status(registry):
    requests = PrometheusRequests(registry)
    requests.answered("GET", "/api/v1/forecasts/{job_id}", 404, 0.003)
    found = samples(PrometheusExposition(registry))
    at = (("method", "GET"), ("route", "/api/v1/forecasts/{job_id}"))
    assert found["stockcast_http_requests_total", *at, ("status", "404")] == 1
    name = "stockcast_http_request_duration_seconds"
    assert found[f"{name}_bucket", ("le", "0.0025"), *at] == 0
    assert found[f"{name}_bucket", ("le", "0.005"), *at] == 1


def test_methods_that_nobody_knows_count_as_one(registry):
    requests = PrometheusRequests(registry)
    for method in ("BREW", "WHEN"):
        requests.answered(method, "none", 405, 0.001)
    at = (("method", "other"), ("route", "none"), ("status", "405"))
    assert samples(PrometheusExposition(registry))["stockcast_http_requests_total", *at] == 2


def test_a_run_counts_by_how_it_ended(registry):
    stage = PrometheusStage(StageCounters(registry), Stage.FORECAST)
    stage.run(Lane.BATCH, Outcome.FAILED, NotEnoughHistory("Too few sessions."), 0.2)
    at = (
        ("error", "not-enough-history"), ("fault", "caller"), ("lane", "batch"),
        ("outcome", "failed"), ("stage", "forecast"),
    )  # fmt: skip
    assert samples(PrometheusExposition(registry))["stockcast_runs_total", *at] == 1


def test_one_process_may_count_for_both_stages(registry):
    counters = StageCounters(registry)
    for stage in Stage:
        PrometheusStage(counters, stage).message("accepted")
    found = samples(PrometheusExposition(registry))
    for stage in Stage:
        at = (("outcome", "accepted"), ("stage", stage))
        assert found["stockcast_messages_total", *at] == 1


def test_two_processes_share_nothing():
    one, other = CollectorRegistry(), CollectorRegistry()
    PrometheusRequests(one).answered("GET", "/", 303, 0.001)
    PrometheusRequests(other)
    counted = [
        name[0] for name in samples(PrometheusExposition(other)) if "requests_total" in name[0]
    ]
    assert counted == []


def away():
    raise QueueUnavailable("Redis is away.")


def test_a_source_that_is_away_says_so_and_the_others_are_told(registry):
    sources = (
        (Reading("queue", away, lasts=60), families.queue_families),
        (Reading("scores", Scores, lasts=60), families.score_families),
    )
    found = samples(PrometheusExposition(registry, *sources))
    assert found["stockcast_source_up", ("source", "queue")] == 0
    assert found["stockcast_source_up", ("source", "scores")] == 1
    assert not any(name.startswith("stockcast_jobs") for name, *_ in found)


def test_a_source_that_breaks_is_away_too(registry):
    reading = Reading("queue", lambda: 1 / 0, lasts=60)
    found = samples(PrometheusExposition(registry, (reading, families.queue_families)))
    assert found["stockcast_source_up", ("source", "queue")] == 0


def test_a_source_that_hangs_keeps_nobody_and_is_asked_once():
    asked, let_on = [], threading.Event()

    def hang():
        asked.append(1)
        let_on.wait(30)
        return "late"

    reading = Reading("queue", hang, lasts=0, patience=0.01)
    assert [reading.value() for _ in range(3)] == [None] * 3
    # Nor the process when it ends.
    assert all(each.daemon for each in threading.enumerate() if each.name == "metrics-queue")
    let_on.set()
    assert reading._asked.result(30) == "late"
    assert len(asked) == 1


def test_a_source_is_asked_again_when_its_answer_is_old():
    moment, answers = [0.0], iter("abc")
    reading = Reading("queue", lambda: next(answers), lasts=5, clock=lambda: moment[0])
    told = []
    for moment[0] in (0.0, 4.9, 5.0, 9.9, 10.1):
        told.append(reading.value())
    assert told == ["a", "a", "b", "b", "c"]


def test_nobody_is_asked_before_the_first_scrape(registry):
    asked = []
    reading = Reading("queue", lambda: asked.append(1), lasts=60)
    exposition = PrometheusExposition(registry, (reading, families.queue_families))
    assert asked == []
    exposition.text()
    assert asked == [1]


def test_of_a_vendor_s_budget_each_window_is_told(registry):
    state = VendorState("tiingo", (WindowLeft(7, CallLimit(50, 3600), 60.0),), 30.0, None)
    reading = Reading("vendors", lambda: [state], lasts=60)
    found = samples(PrometheusExposition(registry, (reading, families.vendor_families)))
    window = (("vendor", "tiingo"), ("window_seconds", "3600"))
    assert found["stockcast_vendor_calls_left", *window] == 7
    assert found["stockcast_vendor_calls_limit", *window] == 50
    assert found["stockcast_vendor_rest_seconds", ("vendor", "tiingo")] == 30


def scored(registry, *scores):
    looked = Scores(scored_at=datetime(2026, 3, 9, tzinfo=UTC), scores=scores)
    reading = Reading("scores", lambda: looked, lasts=60)
    return samples(PrometheusExposition(registry, (reading, families.score_families)))


def test_of_a_model_the_newest_revision_is_told_as_it_is_served(registry):
    older = score(revision="old", last_as_of=date(2026, 2, 2), ratio=0.5)
    tuned = score(tuned=True, last_as_of=date(2026, 3, 5), ratio=0.6)
    unseen = score(revision="newer", last_as_of=date(2026, 3, 6), as_challenger=40)
    found = scored(registry, older, score(), tuned, unseen, score(sessions=21, ratio=1.1))
    ratios = {key[2][1]: value for key, value in found.items() if "error_ratio" in key[0]}
    assert ratios == {"5": 0.98, "21": 1.1}
    at = (("model", "default"), ("sessions", "5"))
    assert found["stockcast_forecast_coverage_ratio", *at] == 0.75
    assert found["stockcast_scored_timestamp_seconds",] == 1773014400


def test_however_many_models_are_published_few_are_told(registry):
    many = [score(model=f"m{number}", forecasts=number) for number in range(100)]
    found = scored(registry, *many)
    told = {key[1][1] for key in found if key[0] == "stockcast_forecasts_scored"}
    assert told == {f"m{number}" for number in range(100 - families.MOST_MODELS, 100)}
