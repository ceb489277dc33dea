"""What operators see of a running service: its figures and its logs; and what nobody sees."""

import gzip
import json
import re
import subprocess
import sys
import urllib.request

import pytest

from stockcast_lib.stack.network import accepts, free_ports
from tests.chain.client import ask, call, until
from tests.chain.operations import STAGES, operated
from tests.gateway import fetch
from tests.k8s.checks.monitoring import exported
from tests.scraping import described, total
from tests.servers import REPOSITORY, clean_environment
from tests.standins.vendors import running_vendors

# Another process's, held against `exported` where that is tested.
DASHBOARD = "stockcast_dashboard_"

pytestmark = [pytest.mark.long, pytest.mark.stack, pytest.mark.kernels, pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """It has made a forecast, repeated it, and failed at one that a vendor refused."""
    folder = tmp_path_factory.mktemp("operated")
    with running_vendors() as vendors:
        variables = {**vendors.environment, "STOCKCAST_VENDORS": "tiingo,nasdaq_data_link"}
        with operated(folder, **variables) as running:
            for _ in range(2):
                status, job = ask(running.api, {"ticker": "AAPL", "days": 20})
                assert (status, job["state"]) == (200, "done")
            assert ask(running.api, {"ticker": "NONE", "days": 20})[0] == 404
            yield running


def test_the_gateway_tells_its_requests_by_template(service):
    told = service.samples("gateway")
    posts = {"method": "POST", "route": "/api/v1/forecasts"}
    assert total(told, "stockcast_http_requests_total", **posts, status="200") == 2
    assert total(told, "stockcast_http_request_duration_seconds_count", **posts) == 3


def test_the_gateway_tells_how_the_queue_stands(service):
    told = service.samples("gateway")
    lanes = [(stage, lane) for stage in STAGES for lane in ("interactive", "batch")]
    for stage, lane in lanes:
        at = (("lane", lane), ("stage", stage))
        assert told["stockcast_jobs_waiting", *at] == 0
        assert told["stockcast_oldest_job_age_seconds", *at] == 0
    assert {told["stockcast_workers", ("stage", stage)] for stage in STAGES} == {1}
    assert told["stockcast_source_up", ("source", "queue")] == 1
    assert told["stockcast_source_up", ("source", "scores")] == 1


def test_workers_tell_runs_cells_and_kernels(service):
    for stage in STAGES:
        told = service.samples(stage)
        assert total(told, "stockcast_runs_total", stage=stage, outcome="done", error="") >= 1
        assert total(told, "stockcast_cell_duration_seconds_count", stage=stage) >= 3
        assert told["stockcast_kernel_forks_total",] >= 2
        assert told["stockcast_kernel_fallbacks_total",] == 0
        assert told["stockcast_fork_server_rebirths_total",] == 0
    until(lambda: service.samples("forecast")["stockcast_kernels_ready",] == 1)


def test_a_refused_run_tells_its_error(service):
    told = service.samples("ingest")
    failed = {"stage": "ingest", "outcome": "failed", "error": "unknown-ticker"}
    assert total(told, "stockcast_runs_total", **failed) == 1


def test_caches_and_vendors_are_counted(service):
    told = service.samples("ingest")
    assert total(told, "stockcast_messages_total", stage="ingest", outcome="done") == 1
    assert total(told, "stockcast_price_lookups_total", lookup="fetched") >= 1
    assert total(told, "stockcast_vendor_calls_total", vendor="tiingo", outcome="ok") >= 1
    unknown = {"vendor": "tiingo", "outcome": "unknown-ticker"}
    assert total(told, "stockcast_vendor_calls_total", **unknown) >= 1
    assert total(told, "stockcast_vendor_calls_left", vendor="tiingo", window_seconds="3600") > 0


def test_rules_and_dashboards_may_name_what_is_exported_and_nothing_else(service):
    """The manifests' checks hold what they name against `exported`; this is what makes it true."""
    told = {}
    for url in service.urls.values():
        for metric, labels in described(fetch(f"{url}/metrics").body.decode()).items():
            told[metric] = told.get(metric, set()) | labels
    of_servers = {
        metric: labels for metric, labels in exported().items() if not metric.startswith(DASHBOARD)
    }
    assert told.keys() == of_servers.keys()
    assert {
        metric: labels for metric, labels in told.items() if labels and labels != exported()[metric]
    } == {}


def test_no_label_has_a_ticker_or_a_job(service):
    _, job = ask(service.api, {"ticker": "AAPL", "days": 20})
    assert call(f"{service.api}{job['links']['self']}")[0] == 200
    assert call(f"{service.api}/api/v1/symbols?q=AAPL")[0] == 200
    for name in service.urls:
        values = {value for _, *at in service.samples(name) for _, value in at}
        said = [value for value in values if re.search(f"AAPL|NONE|{job['id']}", value)]
        assert said == []


@pytest.mark.parametrize("name", [*STAGES, "gateway"])
def test_every_line_of_a_server_s_log_is_a_json_object(service, name):
    lines = [json.loads(line) for line in service.log(name).splitlines()]
    assert lines
    assert all({"event", "level", "timestamp"} <= line.keys() for line in lines)


@pytest.mark.parametrize("stage", STAGES)
def test_what_a_worker_logs_of_a_job_names_all_that_there_is_of_it(service, stage):
    lines = [json.loads(line) for line in service.log(stage).splitlines()]
    jobs = [line for line in lines if line["event"].startswith("job.")]
    assert jobs
    for line in jobs:
        assert line["stage"] == stage
        assert {"job", "ticker", "model", "attempt"} <= line.keys()


def test_a_worker_logs_the_revision_that_a_forecast_has(service):
    _, job = ask(service.api, {"ticker": "AAPL", "days": 20})
    lines = [json.loads(line) for line in service.log("forecast").splitlines()]
    (chosen,) = [line for line in lines if line["event"] == "model.chosen"]
    assert (chosen["job"], chosen["ticker"]) == (job["id"], "AAPL")
    assert chosen["revision"] == job["result"]["model"]["revision"]


def test_what_the_gateway_logs_of_a_job_names_it(service):
    _, job = ask(service.api, {"ticker": "AAPL", "days": 20})
    lines = [json.loads(line) for line in service.log("gateway").splitlines()]
    (asked,) = [line for line in lines if line.get("job") == job["id"]][-1:]
    assert asked["route"] == "/api/v1/forecasts"
    assert asked["ticker"] == "AAPL"
    assert asked["model"].startswith("default")


def everything_shown(service, bodies):
    """Each text that anybody may come to see, with where it is."""
    for log in (service.folder / "logs").iterdir():
        yield log.name, log.read_bytes()
    for path in (service.folder / "s3").rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            yield path.name, gzip.decompress(data) if path.suffix == ".gz" else data
    for name in service.urls:
        for call_name in ("metrics", "readyz", "healthz"):
            yield f"{name}/{call_name}", call(f"{service.urls[name]}/{call_name}")[2]
    yield from bodies


def test_no_secret_is_in_logs_archived_notebooks_or_answers(service):
    request = urllib.request.Request(  # noqa: S310
        f"{service.api}/api/v1/models/none/promote", b'{"revision": "0000000000000000"}',
        {"Authorization": f"Bearer {service.secrets['token']}"},
    )  # fmt: skip
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=60)  # noqa: S310
    with refused.value as answer:
        assert answer.code == 404
        bodies = [("promote", answer.read())]
    _, job = ask(service.api, {"ticker": "NONE", "days": 20}, 30)
    bodies.append(("unknown ticker", json.dumps(job).encode()))
    shown = dict(everything_shown(service, bodies))
    assert {"ingest.ipynb", "forecast.ipynb", "gateway.log", "ingest.log"} <= shown.keys()
    assert len(service.secrets) >= 6
    found = [
        (where, what)
        for where, text in shown.items()
        for what, secret in service.secrets.items()
        if secret.encode() in text
    ]
    assert found == []


def test_no_secret_is_in_what_a_gateway_says_without_its_stores(tmp_path):
    port, nothing = free_ports(2)
    secrets = {
        "STOCKCAST_FRAME_KEY": "planted-frame-key-0000",
        "AWS_ACCESS_KEY_ID": "PLANTEDACCESSKEY0000",
        "AWS_SECRET_ACCESS_KEY": "planted-secret-key-0000",
    }
    password = "planted-redis-password"
    environment = {
        **clean_environment(), **secrets,
        "STOCKCAST_ENV_FILES": "off",
        "STOCKCAST_REDIS_URL": f"redis://user:{password}@127.0.0.1:{nothing}/0",
        "STOCKCAST_S3_ENDPOINT_URL": f"http://127.0.0.1:{nothing}",
        "STOCKCAST_GATEWAY_PORT": str(port),
    }  # fmt: skip
    log, command = tmp_path / "gateway.log", [sys.executable, "-m", "server.gateway"]
    with (
        log.open("wb") as said,
        subprocess.Popen(command, env=environment, cwd=REPOSITORY, stderr=said) as gateway,
    ):
        try:
            until(lambda: accepts(port))
            url = f"http://127.0.0.1:{port}"
            asked = {"ticker": "AAPL", "days": 20}
            answers = [
                call(f"{url}/readyz"), call(f"{url}/metrics"), call(f"{url}/api/v1/scores"),
                call(f"{url}/api/v1/forecasts"), call(f"{url}/api/v1/forecasts", asked),
            ]  # fmt: skip
        finally:
            gateway.kill()
    assert [status for status, *_ in answers] == [503, 200, 503, 503, 503]
    told = b"".join(body for *_, body in answers) + log.read_bytes()
    assert b"metrics.away" in told
    assert [what for what in (*secrets.values(), password) if what.encode() in told] == []
