"""The bucket and the run archive on a real S3 server, and one that does not serve."""

import contextlib
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from stockcast_lib.adapters import s3
from stockcast_lib.adapters.s3 import Bucket
from stockcast_lib.adapters.s3_prices import S3PriceStore
from stockcast_lib.adapters.s3_runs import S3RunArchive
from stockcast_lib.core.errors import StoreUnavailable
from stockcast_lib.stack.network import free_ports
from tests.factories import FETCHED_AT, price_history, price_version

pytestmark = pytest.mark.services

CALLS = {
    "put": lambda bucket: bucket.put("key", b""),
    "get": lambda bucket: bucket.get("key"),
    "list": lambda bucket: bucket.list("folder/"),
    "check": lambda bucket: bucket.check(),
    "save prices": lambda bucket: S3PriceStore(bucket).save(price_history(), FETCHED_AT),
    "current prices": lambda bucket: S3PriceStore(bucket).current("TEST"),
    "a price version": lambda bucket: S3PriceStore(bucket).version("prices/TEST/1.json"),
    "load prices": lambda bucket: S3PriceStore(bucket).load(price_version()),
    "write an artefact": lambda bucket: S3RunArchive(bucket).write("job", 1, "name", b""),
    "write several": lambda bucket: S3RunArchive(bucket).write_all(
        "job", 1, {"one": b"", "other": b""}
    ),
    "read an artefact": lambda bucket: S3RunArchive(bucket).read("job", "name"),
}


@pytest.fixture
def archive(bucket):
    return S3RunArchive(bucket)


@pytest.fixture
def job_id():
    return uuid4().hex


@pytest.fixture(params=["away", "wrong secret", "wrong name", "no bucket"])
def bad_bucket(request, s3_environment):
    environment = dict(s3_environment)
    name = environment["STOCKCAST_S3_BUCKET"]
    if request.param == "away":
        environment["STOCKCAST_S3_ENDPOINT_URL"] = f"http://127.0.0.1:{free_ports(1)[0]}"
    elif request.param == "wrong secret":
        environment["AWS_SECRET_ACCESS_KEY"] = "wrong"
    elif request.param == "wrong name":
        environment["AWS_ACCESS_KEY_ID"] = "wrong"
    else:
        name = "no-such-bucket"
    client = s3.connect(
        endpoint_url=environment["STOCKCAST_S3_ENDPOINT_URL"],
        region=environment["AWS_DEFAULT_REGION"],
        access_key=environment["AWS_ACCESS_KEY_ID"],
        secret_key=environment["AWS_SECRET_ACCESS_KEY"],
    )
    yield Bucket(client, name)
    client.close()


def test_an_object_is_given_back_byte_for_byte(bucket, job_id):
    data = bytes(range(256)) * 5000
    bucket.put(f"{job_id}/object", data)
    assert bucket.get(f"{job_id}/object") == data


def test_there_is_no_object_under_an_unknown_key(bucket, job_id):
    assert bucket.get(f"{job_id}/unknown") is None
    assert bucket.list(f"{job_id}/") == []
    bucket.check()


def test_keys_are_listed_in_order_however_many(bucket, job_id):
    names = [f"{job_id}/{number:04d}" for number in range(1010)]  # S3 lists 1000 at a time
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: bucket.put(name, b""), reversed(names)))
    assert bucket.list(f"{job_id}/") == names


def test_the_archive_gives_the_last_attempts_artefact(archive, job_id):
    archive.write(job_id, 1, "result.json", b"first result")
    for attempt in (1, 2, 10, 9):
        archive.write(job_id, attempt, "forecast.ipynb", b"notebook %d" % attempt)
    assert archive.read(job_id, "forecast.ipynb") == b"notebook 10"
    assert archive.read(job_id, "result.json") == b"first result"


def test_several_artefacts_are_all_there_afterwards(archive, job_id):
    artefacts = {f"{number}.json": b"%d" % number for number in range(7)}
    archive.write_all(job_id, 1, artefacts)
    assert {name: archive.read(job_id, name) for name in artefacts} == artefacts


def test_the_archive_has_none_of_what_was_never_written(archive, job_id):
    assert archive.read(job_id, "job.json") is None
    archive.write(job_id, 1, "other-job.json", b"")
    archive.write(f"{job_id}0", 1, "job.json", b"")
    assert archive.read(job_id, "job.json") is None


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_store_that_does_not_serve_is_told_soon(bad_bucket, call):
    began = time.monotonic()
    with pytest.raises(StoreUnavailable, match="stockcast doctor") as caught:
        call(bad_bucket)
    assert time.monotonic() - began < 10
    assert caught.value.retryable


@pytest.mark.parametrize("access_key", [None, "only-this"])
def test_missing_credentials_are_told_with_what_to_do(monkeypatch, tmp_path, access_key):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setattr("boto3.DEFAULT_SESSION", None)

    def check():
        place = {"endpoint_url": "http://127.0.0.1:9", "region": "us-east-1"}
        client = s3.connect(**place, access_key=access_key, secret_key=None)
        with contextlib.closing(client):
            Bucket(client, "bucket").check()

    with pytest.raises(StoreUnavailable, match=r"no credentials for S3, .*`stockcast up` runs"):
        check()


@pytest.fixture
def silent():
    """A port that takes connections and says nothing, and how many it has taken."""
    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1) as pool:
        taken = []

        def take():
            with contextlib.suppress(OSError):
                while True:
                    taken.append(listener.accept())

        pool.submit(take)
        yield listener.getsockname()[1], taken
        listener.shutdown(socket.SHUT_RDWR)
        for connection, _ in taken:
            connection.close()


def test_a_server_that_says_nothing_is_tried_as_often_as_the_time_allows(silent):
    port, taken = silent
    client = s3.connect(
        endpoint_url=f"http://127.0.0.1:{port}", region="us-east-1", access_key="a",
        secret_key="b", read_seconds=0.1,
    )  # fmt: skip
    with pytest.raises(StoreUnavailable), contextlib.closing(client):
        Bucket(client, "bucket").get("key")
    assert len(taken) == 3


def test_a_call_ends_within_15_seconds_in_all(bucket):
    config = bucket._client.meta.config
    tries = config.retries["total_max_attempts"]
    longest_waits = sum(2**n for n in range(tries - 1))  # botocore's, between the tries
    assert config.connect_timeout <= config.read_timeout
    assert config.read_timeout * tries + longest_waits <= 15
