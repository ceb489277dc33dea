"""What each of Redis's users may do: its role's work, and nothing else."""

import contextlib
import dataclasses
import subprocess
import sys
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
import redis
from redis.exceptions import NoPermissionError

from stockcast_lib.adapters.redis_budget import RedisVendorBudget
from stockcast_lib.adapters.redis_connection import connect, connect_blocking
from stockcast_lib.adapters.redis_events import RedisJobEvents
from stockcast_lib.adapters.redis_figures import RedisQueueFigures
from stockcast_lib.adapters.redis_jobs import RedisDeadLetters
from stockcast_lib.adapters.redis_models import RedisModelBoard
from stockcast_lib.adapters.redis_nonces import RedisNonces
from stockcast_lib.adapters.redis_prices import RedisPriceBoard
from stockcast_lib.adapters.redis_queue import RedisJobQueue
from stockcast_lib.adapters.redis_rate_limit import RedisRateLimit
from stockcast_lib.adapters.redis_results import RedisResultStore
from stockcast_lib.adapters.redis_submissions import RedisSubmissions
from stockcast_lib.adapters.redis_users import USERS, RedisRole, user_lines
from stockcast_lib.core import keys
from stockcast_lib.core.budgets import CallLimit
from stockcast_lib.core.cancellation import Cancellation
from stockcast_lib.core.errors import Throttled
from stockcast_lib.core.jobs import Lane, Progress, Stage, parse_request
from stockcast_lib.core.models import ModelRef
from stockcast_lib.ports import StoredForecast, Submission
from stockcast_lib.stack import embedded
from stockcast_lib.stack.credentials import Credentials
from tests.factories import asker, price_version

pytestmark = pytest.mark.services
REQUEST = parse_request({"ticker": "TEST", "days": 5})
ERROR = Throttled("Later.").report()
LIMITS = {"tiingo": (CallLimit(50, 3600),)}
MODEL = ModelRef("default", "0" * 64)
STORED = StoredForecast("job", b"result", b"figure", b"picture")


class Own:
    """All adapters, under one role's user."""

    def __init__(self, url):
        self.client, self.blocking = connect(url), connect_blocking(url)
        self.queue = RedisJobQueue(self.client, self.blocking)
        self.events = RedisJobEvents(self.client, self.blocking, self.queue.job)
        self.letters = RedisDeadLetters(self.client)
        self.results = RedisResultStore(self.client)
        self.board = RedisPriceBoard(self.client)
        self.models = RedisModelBoard(self.client)
        self.budget = RedisVendorBudget(self.client, LIMITS)
        self.submissions = RedisSubmissions(self.client)
        self.figures = RedisQueueFigures(self.client)

    def close(self):
        self.client.close()
        self.blocking.close()


@pytest.fixture
def url_of(redis_url):
    password, port = urlsplit(redis_url).password, urlsplit(redis_url).port
    credentials = dataclasses.replace(Credentials.generate(), redis_password=password)
    return lambda role: embedded.redis_url(port, credentials, role)


@pytest.fixture
def roles(redis_client, url_of):
    """Every role's adapters, by its name; what one of them was refused is noted anew."""
    redis_client.acl_log_reset()
    made = {role.name.lower(): Own(url_of(role)) for role in RedisRole}
    yield SimpleNamespace(**made)
    for own in made.values():
        own.close()


@pytest.fixture
def client_of(url_of):
    with contextlib.ExitStack() as opened:

        def made(role):
            client = connect(url_of(role))
            opened.callback(client.close)
            return client

        yield made


def refusals(client):
    return [(each["username"], each["object"]) for each in client.acl_log()]


def submitted(roles, job, days=5):
    request = REQUEST.model_copy(update={"days": days})
    roles.ingest.queue.submit(request, job, job, asker())
    return job


def claimed(own, stage):
    claim = own.queue.claim(stage, f"worker of {stage}", 0)
    assert claim is not None
    return claim


def test_a_forecast_goes_its_whole_way(redis_client, roles):
    assert RedisNonces(roles.ingest.client, Stage.INGEST).take("nonce")
    assert roles.ingest.board.current("TEST") is None
    assert roles.ingest.results.job_id("result") is None
    submitted(roles, "job")
    claim = claimed(roles.ingest, Stage.INGEST)
    roles.ingest.queue.heartbeat(claim)
    roles.ingest.queue.progress(claim, Progress(cell=1, cells=2))
    with roles.ingest.board.fetching("TEST", Cancellation()):
        lease = roles.ingest.budget.lease("tiingo", 3)
        roles.ingest.budget.give_back(lease, 2)
    roles.ingest.budget.rest("tiingo", 60, ERROR)
    roles.ingest.budget.state("tiingo")
    roles.ingest.board.publish(price_version())
    assert RedisNonces(roles.forecast.client, Stage.FORECAST).take("nonce")
    roles.forecast.queue.hand_over("job", price_version().key)
    roles.ingest.queue.release(claim)
    claim = claimed(roles.forecast, Stage.FORECAST)
    roles.forecast.queue.heartbeat(claim)
    roles.forecast.results.put("result", STORED)
    roles.forecast.queue.finish(claim, "result")
    for reader in (roles.gateway, roles.dashboard, roles.lab):
        assert reader.queue.job("job").state == "done"
        assert reader.blocking.xrevrange(keys.EVENTS, count=1)
        assert reader.blocking.xread({keys.EVENTS: "0"}, count=1, block=1)
        assert reader.results.get("result") == STORED
        assert reader.board.current("TEST") is not None
        assert reader.queue.recent(None, 5)
        assert reader.queue.recent("TEST", 5)
        assert reader.events.missed("job", None)
        reader.results.forget("result", "job")
        assert reader.results.get("result") is None
        roles.forecast.results.put("result", STORED)
    assert refusals(redis_client) == []


@pytest.mark.parametrize("stage", Stage)
def test_jobs_that_fail_are_tried_again_or_given_back(redis_client, roles, stage):
    own = roles.ingest if stage is Stage.INGEST else roles.forecast
    submitted(roles, "job")
    if stage is Stage.FORECAST:
        roles.forecast.queue.hand_over("job", price_version().key)
    own.queue.hand_back(claimed(own, stage))
    own.queue.retry(claimed(own, stage), ERROR, 0.0)
    own.queue.fail(claimed(own, stage), ERROR, dead_letter=True)
    (letter,) = roles.lab.letters.newest(5)
    roles.lab.letters.forget(letter.key)
    assert roles.lab.letters.waiting()
    assert refusals(redis_client) == []


@pytest.mark.parametrize("name", ["gateway", "dashboard", "lab"])
def test_whoever_asks_sees_where_a_job_stands_and_takes_it_back(redis_client, roles, name):
    own, (waits, runs, later) = getattr(roles, name), ([asker(8 * digit) for digit in "abc"])
    for days, (job, who) in enumerate({"waits": waits, "runs": runs, "later": later}.items(), 5):
        request = REQUEST.model_copy(update={"days": days})
        roles.ingest.queue.submit(request, job, job, who)
    claim = claimed(roles.ingest, Stage.INGEST)
    roles.ingest.queue.retry(claim, ERROR, 0.0)
    assert own.queue.place(claim.job.id).position
    running = claimed(roles.ingest, Stage.INGEST)
    tokens = {"waits": waits.token, "runs": runs.token, "later": later.token}
    for job in ("later", "runs", "waits"):
        own.queue.withdraw(job, tokens[job])
    roles.ingest.queue.cancelled(running)
    assert {roles.ingest.queue.job(job).state for job in tokens} == {"cancelled"}
    assert refusals(redis_client) == []


def test_a_batch_job_that_somebody_now_waits_for_changes_its_lane(redis_client, roles):
    roles.ingest.queue.submit(REQUEST, "key", "job", asker(lane=Lane.BATCH))
    roles.forecast.queue.hand_over("job", price_version().key)
    assert roles.ingest.queue.submit(REQUEST, "key", "other", asker()) == ("job", False)
    assert refusals(redis_client) == []


def test_models_are_published_found_and_challenged(redis_client, roles):
    for own in (roles.gateway, roles.ingest, roles.forecast, roles.dashboard, roles.lab):
        own.models.publish("name", "models/name/promotions/1.json", None)
        own.models.publish_challenge("name", "models/name/challenges/1.json", None)
        assert own.models.current("name") == own.models.challenge("name") == (True, None)
    roles.forecast.models.count_dropped(MODEL)
    assert roles.gateway.models.dropped(MODEL) == 1
    with roles.gateway.models.gate():
        pass
    # A challenger's run is asked for by the worker.
    roles.forecast.queue.submit(REQUEST, "key", "job", asker(lane=Lane.BATCH))
    assert refusals(redis_client) == []


def test_what_else_each_looks_at(redis_client, roles):
    roles.gateway.submissions.keep("key", Submission("request", "job"))
    assert roles.gateway.figures().lanes
    roles.lab.board.publish(price_version())
    roles.ingest.budget.rest("tiingo", 60, ERROR)
    assert roles.lab.budget.state("tiingo").refusal
    assert roles.lab.budget.wake("tiingo")
    roles.forecast.board.forget("TEST")
    assert roles.lab.board.current("TEST") is None
    assert RedisRateLimit(roles.gateway.client, 60).wait("a caller") == 0
    claimed_none = roles.ingest.queue.claim(Stage.INGEST, "worker", 0.01)
    assert claimed_none is None
    redis_client.set(keys.ticker_lock("TEST"), "another worker", px=1200)
    with roles.ingest.board.fetching("TEST", Cancellation()):
        pass
    scaler = roles.scaler.client
    assert scaler.info()["redis_version"]
    assert scaler.xinfo_groups(keys.stream(Stage.INGEST, Lane.BATCH))
    assert refusals(redis_client) == []


FOREIGN = {
    RedisRole.GATEWAY: ("nonce:ingest:a", "lock:AAPL", "rest:tiingo", "bound:ingest:batch"),
    RedisRole.INGEST: ("idempotency:a", "nonce:forecast:a", "gate", "dropped:a"),
    RedisRole.FORECAST: (
        "idempotency:a", "nonce:ingest:a", "lock:AAPL", "rest:tiingo", "calls:tiingo:1:1", "gate",
    ),
    RedisRole.DASHBOARD: ("idempotency:a", "nonce:ingest:a", "rest:tiingo", "dead", "gate"),
    RedisRole.LAB: ("idempotency:a", "nonce:ingest:a", "gate", "lock:AAPL"),
}  # fmt: skip


@pytest.mark.parametrize("role", FOREIGN)
def test_another_s_keys_are_neither_read_nor_written(redis_client, client_of, role):
    client = client_of(role)
    foreign = [f"{keys.PREFIX}{name}" for name in FOREIGN[role]]
    for key in (*foreign, "tokens", "another-service:a", "stockcas", "*"):
        redis_client.delete(key)
        for command in (("GET", key), ("HSET", key, "a", "b"), ("LPUSH", key, "a")):
            with pytest.raises(NoPermissionError):
                client.execute_command(*command)
        script = client.register_script("return redis.call('GET', ARGV[1])")
        with pytest.raises(redis.ResponseError, match=r"(?i)permission|can't"):
            script(keys=[keys.PREFIX], args=[key])
        assert not redis_client.exists(key)


ADMINISTRATION = (
    "FLUSHALL", "FLUSHDB", "KEYS *", "SCAN 0", "CONFIG GET requirepass", "CONFIG SET dir /tmp",
    "ACL LIST", "ACL SETUSER a on", "SHUTDOWN NOSAVE", "SAVE", "BGSAVE",
    "REPLICAOF NO ONE", "MONITOR", "CLIENT LIST", "CLIENT KILL TYPE normal", "MODULE LIST",
    "SLOWLOG GET", "EVAL return 0", "SCRIPT FLUSH", "MIGRATE h 1 k 0 1", "PUBLISH a b",
    "DUMP stockcast:events", "RENAME stockcast:events stockcast:dead", "DBSIZE", "SWAPDB 0 1",
    "SUBSCRIBE a",
)  # fmt: skip


@pytest.mark.parametrize("role", RedisRole)
def test_nobody_administers_the_server(redis_client, client_of, role):
    redis_client.set("a", "b")
    client = client_of(role)
    for command in ADMINISTRATION:
        with pytest.raises(NoPermissionError):
            client.execute_command(*command.split())
    assert redis_client.get("a") == b"b"


def test_the_scaler_sees_how_much_waits_and_not_what(redis_client, client_of):
    client, stream = client_of(RedisRole.SCALER), keys.stream(Stage.INGEST, Lane.INTERACTIVE)
    redis_client.xadd(stream, {"client": "a"})
    assert client.xlen(stream) == 1
    for command in (
        ("XRANGE", stream, "-", "+"), ("XREAD", "STREAMS", stream, "0"), ("XDEL", stream, "1-1"),
        ("XADD", stream, "*", "a", "b"), ("XLEN", keys.EVENTS), ("XINFO", "GROUPS", keys.DEAD),
        ("HGETALL", keys.job("a")), ("EVALSHA", "0" * 40, "0"), ("TIME",),
    ):  # fmt: skip
        with pytest.raises(NoPermissionError):
            client.execute_command(*command)


@pytest.mark.parametrize("role", RedisRole)
def test_a_user_s_password_is_its_own(url_of, redis_url, role):
    others = [url_of(other) for other in RedisRole if other is not role] + [redis_url]
    for other in others:
        mixed = url_of(role).replace(urlsplit(url_of(role)).password, urlsplit(other).password)
        with redis.Redis.from_url(mixed) as client, pytest.raises(redis.AuthenticationError):
            client.ping()


def test_a_user_without_a_password_cannot_sign_in(redis_client, redis_url):
    name, _, rules = next(user_lines()).removeprefix("user ").partition(" ")
    redis_client.execute_command("ACL", "SETUSER", f"{name}-bare", *rules.split())
    url = redis_url.replace("redis://:", f"redis://{name}-bare:")
    for password in ("", urlsplit(redis_url).password):
        with (
            redis.Redis.from_url(url.replace(urlsplit(redis_url).password, password)) as client,
            pytest.raises(redis.AuthenticationError),
        ):
            client.execute_command("AUTH", f"{name}-bare", password)
    redis_client.acl_deluser(f"{name}-bare")


def test_they_are_printed_without_passwords():
    printed = subprocess.run(
        [sys.executable, "-m", "stockcast_lib.adapters.redis_users"],
        capture_output=True, text=True, timeout=60, check=True,
    ).stdout  # fmt: skip
    assert printed.splitlines() == list(user_lines())
    assert ">" not in printed
    assert len(USERS) == len(RedisRole)
