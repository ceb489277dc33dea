"""A worker's process that speaks TLS with Redis and with its clients, by its settings alone."""

import json
import shutil
import subprocess
import sys

import pytest
import redis

from stockcast_lib.stack.network import accepts, free_ports
from stockcast_lib.stack.supervisor import Child, Supervisor
from tests.certificates import HOST, certificates
from tests.gateway import fetch
from tests.servers import clean_environment

pytestmark = [pytest.mark.long, pytest.mark.kernels, pytest.mark.timeout(200)]
ASK = """
from stockcast_lib import wiring
from stockcast_lib.core.errors import StockcastError
from stockcast_lib.core.jobs import Stage
from stockcast_lib.core.protocol import HandOver
try:
    print(wiring.submitter(Stage.FORECAST).send(HandOver("a" * 32, "prices")))
except StockcastError as error:
    print(error.code)
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """What the worker's clients are told; both run, and both show the same certificate."""
    folder, (redis_port, port, health) = tmp_path_factory.mktemp("tls"), free_ports(3)
    files, supervisor = certificates(folder), Supervisor(folder / "logs", print)
    server = shutil.which("redis-server")
    if server is None:
        pytest.skip("no redis-server with TLS here")
    (folder / "redis.conf").write_text(
        f"bind {HOST}\nport 0\ntls-port {redis_port}\ntls-cert-file {files.certificate}\n"
        f"tls-key-file {files.key}\ntls-auth-clients no\ndir {folder}\n"
    )
    url = f"rediss://{HOST}:{redis_port}/0"

    def redis_answers():
        with redis.Redis.from_url(url, ssl_ca_certs=str(files.ca)) as client:
            try:
                return client.ping()
            except redis.RedisError:
                return False

    told = {
        **clean_environment(),
        "STOCKCAST_ENV_FILES": "off",
        "STOCKCAST_REDIS_URL": url,
        "STOCKCAST_REDIS_CA": str(files.ca),
        "STOCKCAST_FRAME_KEY": "0123456789abcdef",
        "STOCKCAST_FORECAST_ADDRESS": f"{HOST}:{port}",
    }
    own = {
        "STOCKCAST_WORKER_CERT": str(files.certificate),
        "STOCKCAST_WORKER_KEY": str(files.key),
        "STOCKCAST_HEALTH_PORT": str(health),
    }
    command = [sys.executable, "-m", "server.worker", "--stage", "forecast"]
    worker = Child("worker", command, {**told, **own}, lambda: accepts(port))
    try:
        supervisor.start([Child("redis", [server, str(folder / "redis.conf")], {}, redis_answers)])
        supervisor.start([worker])
        yield {**told, "CA": str(files.ca), "HEALTH": str(health)}
    finally:
        supervisor.stop()


def asked(told, **variables):
    """What became of a message about a job that there is not."""
    done = subprocess.run(
        [sys.executable, "-c", ASK], env={**told, **variables}, capture_output=True, text=True,
        timeout=60, check=True,
    )  # fmt: skip
    return done.stdout.strip()


def test_it_is_ready_and_knows_who_asks(told):
    ready = fetch(f"http://{HOST}:{told['HEALTH']}/readyz")
    assert (ready.status, json.loads(ready.body).get("reason")) == (200, None)
    # Only the queue, behind Redis's TLS, can say so.
    assert asked(told, STOCKCAST_WORKER_CA=told["CA"]) == "unknown-job"


def test_a_client_without_its_ca_is_not_answered(told):
    assert asked(told) == "worker-unavailable"
