"""A backup of the Redis and the bucket that settings name, and back into them."""

from uuid import uuid4

import pytest

from stockcast_lib.adapters.s3 import Bucket
from stockcast_lib.core import keys
from stockcast_lib.core.errors import BadSettings
from stockcast_lib.stack.backup import back_up, restore

pytestmark = pytest.mark.services


def untold(*_):
    """Nobody looks how far it has come."""


@pytest.fixture
def stores(monkeypatch, tmp_path, redis_url, redis_client, s3_environment, bucket):
    """Both of them, with a job and an object, and named by the environment."""
    own = Bucket(bucket._client, f"backup-{uuid4().hex}")
    bucket._client.create_bucket(Bucket=own.name)
    named = {**s3_environment, "STOCKCAST_REDIS_URL": redis_url, "STOCKCAST_S3_BUCKET": own.name}
    for name, value in named.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    own.put("runs/job/001/job.json", b"{}")
    redis_client.hset(keys.job("job"), mapping={"state": "done"})
    redis_client.expire(keys.job("job"), 1000)
    redis_client.xadd(keys.EVENTS, {"job": "job"})
    redis_client.set(keys.result("key"), "in the bucket, too")
    redis_client.set("somebody-else-s", "theirs")
    return redis_client, own


def test_what_was_there_is_there_again(stores, tmp_path):
    redis_client, bucket = stores
    made = back_up(tmp_path / "copy", tmp_path / "none", untold)
    assert (made.keys, made.objects, made.damaged) == (2, 1, ())
    events = redis_client.xrange(keys.EVENTS)
    redis_client.delete(keys.job("job"), keys.EVENTS, keys.result("key"))
    bucket._client.delete_object(Bucket=bucket.name, Key="runs/job/001/job.json")
    restore(tmp_path / "copy", tmp_path / "none", untold)
    assert bucket.get("runs/job/001/job.json") == b"{}"
    assert redis_client.hgetall(keys.job("job")) == {b"state": b"done"}
    assert 900 < redis_client.ttl(keys.job("job")) <= 1000
    assert redis_client.xrange(keys.EVENTS) == events
    assert redis_client.get("somebody-else-s") == b"theirs"


def test_stores_that_hold_something_are_replaced_only_when_that_is_said(stores, tmp_path):
    redis_client, _ = stores
    back_up(tmp_path / "copy", tmp_path / "none", untold)
    redis_client.hset(keys.job("job"), "state", "failed")
    redis_client.set(keys.job("later"), "later")
    with pytest.raises(BadSettings, match="--force"):
        restore(tmp_path / "copy", tmp_path / "none", untold)
    assert redis_client.hget(keys.job("job"), "state") == b"failed"
    restore(tmp_path / "copy", tmp_path / "none", untold, force=True)
    assert redis_client.hget(keys.job("job"), "state") == b"done"
    assert not redis_client.exists(keys.job("later"))
    assert redis_client.get("somebody-else-s") == b"theirs"


def test_one_of_the_two_alone_is_no_setting(stores, tmp_path, monkeypatch):
    assert stores
    monkeypatch.delenv("STOCKCAST_REDIS_URL")
    with pytest.raises(BadSettings, match="STOCKCAST_S3_ENDPOINT_URL is set alone"):
        back_up(tmp_path / "copy", tmp_path / "none", untold)
    assert not (tmp_path / "copy").exists()


def test_a_backup_that_was_broken_off_is_none(stores, tmp_path):
    assert stores

    def break_off(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        back_up(tmp_path / "copy", tmp_path / "none", break_off)
    with pytest.raises(BadSettings, match="no whole backup"):
        restore(tmp_path / "copy", tmp_path / "none", untold, force=True)
