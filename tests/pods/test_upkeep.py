"""What is done to a system that runs: going back to an older image, keeping copies, losing all."""

import os
import shutil
import subprocess

import pytest

from stockcast_lib.stack.binaries import find_rclone
from tests.chaos.askers import Askers, call
from tests.chaos.ends import LONGEST_END, all_ended, requests
from tests.k8s.rendering import K8S
from tests.pods.cluster import await_ready
from tests.pods.podman import ENVIRONMENT

RESTORE = K8S / "upkeep/restore-redis.sh"
STORES = ("s3", "redis")
SECONDS = 300
pytestmark = pytest.mark.timeout(1500)


def test_an_image_that_does_not_start_takes_nothing_away(cluster, derive):
    broken = derive("broken", 'ENTRYPOINT ["/bin/false"]')
    before = cluster.pods("forecast")
    with pytest.raises(TimeoutError, match="did not start"):
        cluster.roll("forecast", broken, seconds=8)
    assert cluster.pods("forecast") == before
    status, answer = call(f"{cluster.api}/api/v1/forecasts?wait=60", {"ticker": "IBM", "days": 901})
    assert (status, answer["state"]) == (200, "done")


def test_all_go_back_to_an_older_image_while_forecasts_are_asked_for(cluster, built):
    askers = Askers(cluster.api, requests(20), 20, threads=2)
    askers.start()
    for owner in ("gateway", "forecast", "ingest"):
        cluster.roll(owner, built[owner])
        assert {kept.pod.image for kept in cluster.pods(owner)} == {built[owner]}
    assert askers.join(LONGEST_END)
    assert {answer["state"] for answer in all_ended(askers).values()} == {"done"}


def test_both_stores_come_back_from_their_copies(cluster, tmp_path):
    asked = [ask(cluster, {"ticker": "XOM", "days": 910 + n}) for n in range(3)]
    # Redis first: then each object that it speaks of is in the copy of the bucket.
    copied = tmp_path / "redis.rdb"
    copied.write_bytes(execute(cluster, "redis-cli", "--rdb", "-"))
    rclone(cluster, ":s3:stockcast", tmp_path / "bucket")
    late = ask(cluster, {"ticker": "XOM", "days": 950})
    for owner in STORES:
        lose(cluster, owner)
    cluster.await_ready(SECONDS)
    execute(cluster, "sh", "-c", "cat > /data/restore.rdb", given=copied.read_bytes())
    execute(cluster, "sh", "-s", given=RESTORE.read_bytes())
    rclone(cluster, tmp_path / "bucket", ":s3:stockcast")
    for was in asked:
        status, is_now = call(f"{cluster.api}/api/v1/forecasts/{was['id']}")
        assert (status, is_now["result"]) == (200, was["result"])
        assert call(f"{cluster.api}/api/v1/forecasts/{was['id']}/notebook.ipynb")[0] == 200
    assert call(f"{cluster.api}/api/v1/forecasts/{late['id']}")[0] == 410
    assert ask(cluster, {"ticker": "XOM", "days": 910})["result"] == asked[0]["result"]
    assert ask(cluster, {"ticker": "MSFT", "days": 960})["state"] == "done"


def test_what_was_restored_outlives_its_pod(cluster):
    (kept,) = cluster.pods("redis")
    held = execute(cluster, "redis-cli", "dbsize")
    cluster.take_away(kept)
    await_ready([cluster.launch("redis")], SECONDS)
    assert execute(cluster, "redis-cli", "dbsize") == held != b"0\n"
    cluster.await_ready(SECONDS)


def ask(cluster, body):
    status, answer = call(f"{cluster.api}/api/v1/forecasts?wait=60", body, timeout=90)
    assert status == 200, answer
    return answer


def execute(cluster, *command, given=b""):
    """What a command in the Redis pod prints, as by `kubectl exec -i`."""
    (kept,) = cluster.pods("redis")
    return subprocess.run(
        ["podman", "exec", "--interactive", kept.pod.id, *command],
        env={**os.environ, **ENVIRONMENT}, input=given, timeout=SECONDS, check=True,
        stdout=subprocess.PIPE,
    ).stdout  # fmt: skip


def rclone(cluster, source, target):
    """Copy between the bucket and a folder, by the command of docs/deploy.md."""
    (kept,) = cluster.pods("s3")
    keys = cluster.secrets["stockcast-s3"]
    environment = {
        "AWS_ACCESS_KEY_ID": keys["access-key"],
        "AWS_SECRET_ACCESS_KEY": keys["secret-key"],
        "RCLONE_S3_ENV_AUTH": "true",
        "RCLONE_S3_PROVIDER": "Other",
        "RCLONE_S3_ENDPOINT": f"http://{kept.pod.address}:{cluster.port('s3')}",
    }
    subprocess.run(
        [find_rclone(), "copy", "--size-only", source, target],
        env={"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], **environment},
        timeout=SECONDS, check=True, capture_output=True,
    )  # fmt: skip


def lose(cluster, owner):
    """A store's pod and its volume are gone, and a new pod has an empty one."""
    (kept,) = cluster.pods(owner)
    cluster.drop(kept)
    shutil.rmtree(cluster.folder / kept.pod.workload["metadata"]["name"])
    await_ready([cluster.launch(owner)], SECONDS)
