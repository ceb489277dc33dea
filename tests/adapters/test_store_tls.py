"""Redis and S3 that speak TLS, with certificates of a CA that only the settings name."""

import dataclasses
import shutil

import pytest
import redis

from stockcast_lib.adapters import s3
from stockcast_lib.adapters.redis_connection import (
    connect,
    connect_blocking,
    connect_looking,
    why_away,
)
from stockcast_lib.core.errors import StoreUnavailable
from stockcast_lib.settings import StoreSettings
from stockcast_lib.stack import doctor, embedded
from stockcast_lib.stack.credentials import stored_credentials
from stockcast_lib.stack.network import free_ports
from stockcast_lib.stack.probes import redis_probe, s3_probe
from stockcast_lib.stack.supervisor import Child, Supervisor
from tests.certificates import HOST, certificates

pytestmark = pytest.mark.services
BAD = ("another-ca", "another-host")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """What a server at this host shows."""
    return certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def wrong(tmp_path_factory):
    """What does not fit: a CA that nobody has asked, and what is shown by another host."""
    folder = tmp_path_factory.mktemp("wrong")
    return {name: certificates(folder / name, "example.org") for name in BAD}


@pytest.fixture(scope="module")
def supervised(tmp_path_factory):
    supervisor = Supervisor(tmp_path_factory.mktemp("logs"), print)
    yield supervisor
    supervisor.stop()


@pytest.fixture(scope="module")
def start_redis(supervised, tmp_path_factory):
    """Starts one that shows a certificate; gives its URL."""
    server = shutil.which("redis-server")
    if server is None:
        pytest.skip("no redis-server with TLS here")

    def start(shown, name):
        (port,), folder = free_ports(1), tmp_path_factory.mktemp("redis")
        lines = (
            f"bind {HOST}", "port 0", f"tls-port {port}", f"tls-cert-file {shown.certificate}",
            f"tls-key-file {shown.key}", "tls-auth-clients no", f"dir {folder}", "appendonly yes",
            "appendfsync always",
        )  # fmt: skip
        (folder / "redis.conf").write_text("\n".join(lines))
        url = f"rediss://{HOST}:{port}/0"

        def ready():
            with redis.Redis.from_url(url, ssl_cert_reqs="none") as client:
                try:
                    return client.ping()
                except redis.RedisError:
                    return False

        supervised.start([Child(name, [server, str(folder / "redis.conf")], {}, ready)])
        return url

    return start


@pytest.fixture(scope="module")
def redis_tls(start_redis, files):
    return start_redis(files, "redis")


@pytest.mark.parametrize("connect", [connect, connect_blocking, connect_looking])
def test_redis_is_spoken_to_where_its_ca_is_named(redis_tls, files, connect):
    with connect(redis_tls, files.ca) as client:
        assert client.ping()


def test_redis_with_a_certificate_that_is_not_trusted_counts_as_away(redis_tls, start_redis, wrong):
    elsewhere = start_redis(wrong["another-host"], "elsewhere")
    for url, ca in (
        (redis_tls, None), (redis_tls, wrong["another-ca"].ca),
        (elsewhere, wrong["another-host"].ca),
    ):  # fmt: skip
        with connect_looking(url, ca) as client:
            assert "Redis does not answer" in why_away(client)
        assert not redis_probe(url, 5.0, ca)()


def test_redis_with_tls_alone_takes_no_plain_client(redis_tls):
    with connect_looking(redis_tls.replace("rediss://", "redis://")) as client:
        assert why_away(client)


def test_the_doctor_finds_a_redis_behind_tls(redis_tls, files):
    assert doctor.running_redis(redis_tls, files.ca).ok is True
    assert doctor.running_redis(redis_tls).ok is False


@pytest.fixture(scope="module")
def start_s3(supervised, tmp_path_factory):
    """Starts one that shows a certificate; gives what clients are told of it."""

    def start(shown):
        folder, (port,) = tmp_path_factory.mktemp("s3"), free_ports(1)
        credentials = stored_credentials(folder)
        told = embedded.s3_environment(port, credentials)
        told["STOCKCAST_S3_ENDPOINT_URL"] = f"https://{HOST}:{port}"
        child = embedded.s3_child(folder, port, credentials)
        argv = [*child.argv, "--cert", str(shown.certificate), "--key", str(shown.key)]
        ready = s3_probe({**told, "AWS_CA_BUNDLE": str(shown.ca)})
        supervised.start([dataclasses.replace(child, argv=argv, ready=ready)])
        return told

    return start


@pytest.fixture(scope="module")
def s3_tls(start_s3, files):
    return start_s3(files)


def bucket(told, ca):
    client = s3.connect(
        endpoint_url=told["STOCKCAST_S3_ENDPOINT_URL"],
        region=told["AWS_DEFAULT_REGION"],
        access_key=told["AWS_ACCESS_KEY_ID"],
        secret_key=told["AWS_SECRET_ACCESS_KEY"],
        ca=ca,
    )
    return s3.Bucket(client, told["STOCKCAST_S3_BUCKET"])


def test_s3_is_spoken_to_where_its_ca_is_named(s3_tls, files):
    store = bucket(s3_tls, files.ca)
    store.put("prices/T/1.json", b"rows")
    assert store.get("prices/T/1.json") == b"rows"


# Who trusts everybody is warned of it, and else would fail for the warning.
@pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")
def test_s3_with_a_certificate_that_is_not_trusted_counts_as_away(s3_tls, wrong):
    for ca in (None, wrong["another-ca"].ca):
        with pytest.raises(StoreUnavailable):
            bucket(s3_tls, ca).check()


def test_the_settings_lead_to_s3_behind_tls(s3_tls, files, monkeypatch):
    for name, value in {**s3_tls, "STOCKCAST_ENV_FILES": "off"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_CA_BUNDLE", str(files.ca))
    assert StoreSettings.read().ca_bundle == files.ca
    assert doctor.running_s3(StoreSettings.read()).ok is True
    monkeypatch.delenv("AWS_CA_BUNDLE")
    assert doctor.running_s3(StoreSettings.read()).ok is False
