import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from stockcast_lib.execution.process_limit import Means, means
from stockcast_lib.settings import ModelSettings, StoreSettings, VendorSettings, announced_vendors
from stockcast_lib.stack import doctor, embedded
from stockcast_lib.stack.binaries import find_redis_server
from stockcast_lib.stack.credentials import stored_credentials
from stockcast_lib.stack.network import free_ports
from stockcast_lib.stack.probes import redis_probe
from stockcast_lib.stack.supervisor import Child

pytestmark = pytest.mark.long


@pytest.fixture
def redis_with(supervisor, tmp_path):
    """Starts a Redis with some lines of configuration, and gives its URL."""

    def start(*lines):
        (port,) = free_ports(1)
        path = tmp_path / "redis.conf"
        path.write_text("\n".join([f"port {port}", "bind 127.0.0.1", f"dir {tmp_path}", *lines]))
        url = f"redis://127.0.0.1:{port}/0"
        argv = [str(find_redis_server()), str(path)]
        supervisor.start([Child("redis", argv, {}, redis_probe(url))])
        return url

    return start


@pytest.mark.services
def test_a_redis_that_keeps_every_write_is_good(redis_with):
    check = doctor.running_redis(redis_with("appendonly yes", "appendfsync always"))
    assert check.ok is True
    assert "every write on disk" in check.found


@pytest.mark.services
@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["appendonly yes", "appendfsync everysec"], "appendfsync everysec"),
        (["appendonly no", "appendfsync always"], "appendonly no"),
    ],
)
def test_a_redis_that_may_lose_jobs_is_not(redis_with, lines, told):
    check = doctor.running_redis(redis_with(*lines))
    assert check.ok is False
    assert told in check.found
    assert "appendfsync always" in check.remedy


@pytest.mark.services
def test_a_redis_that_hides_its_configuration_is_noted(redis_with):
    check = doctor.running_redis(redis_with('rename-command CONFIG ""'))
    assert check.ok is None
    assert "appendfsync always" in check.remedy


def test_a_redis_that_does_not_answer_is_missing():
    (port,) = free_ports(1)
    check = doctor.running_redis(f"redis://:secret@127.0.0.1:{port}/0")
    assert check.ok is False
    assert "STOCKCAST_REDIS_URL" in check.remedy
    assert "secret" not in str(check)


@pytest.mark.services
def test_s3_is_good_only_with_its_bucket_and_the_right_keys(supervisor, tmp_path):
    (port,) = free_ports(1)
    credentials = stored_credentials(tmp_path)
    supervisor.start([embedded.s3_child(tmp_path, port, credentials)])

    def settings(**changes):
        names = {
            "s3_endpoint_url": f"http://127.0.0.1:{port}",
            "access_key": SecretStr(credentials.s3_access_key),
            "secret_key": SecretStr(credentials.s3_secret_key),
        }
        return StoreSettings.model_construct(**{**names, **changes})

    assert doctor.running_s3(settings()).ok is True
    assert doctor.running_s3(settings(s3_bucket="another")).ok is False
    wrong = doctor.running_s3(settings(secret_key=SecretStr("wrong-secret")))
    assert wrong.ok is False
    assert "wrong-secret" not in str(wrong)


@pytest.mark.kernels
def test_the_kernel_is_started_for_real():
    assert doctor.kernel().ok is True


def test_a_kernel_that_jupyter_does_not_know_is_missing():
    check = doctor.kernel("no-such-kernel")
    assert check.ok is False
    assert "make install" in check.remedy


@pytest.mark.parametrize(
    ("told", "ok", "found"),
    [
        (None, False, "none; without a key: tiingo"),
        ("sample", False, "none; without a key: tiingo"),
        ("tiingo", True, "tiingo"),
    ],
)
def test_a_key_that_the_running_stack_has_is_not_missed(tmp_path, monkeypatch, told, ok, found):
    if told:
        (tmp_path / ".stockcast").mkdir()
        (tmp_path / ".stockcast" / "stack.env").write_text(f"STOCKCAST_VENDORS={told}\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TIINGO_API_KEY", raising=False)
    monkeypatch.setenv("STOCKCAST_VENDORS", "tiingo")
    check = doctor.vendors(VendorSettings.read(), announced_vendors())
    assert (check.ok, check.found) == (ok, found)
    assert ok or "TIINGO_API_KEY" in check.remedy


def test_yahoo_without_its_package_is_noticed(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "path", [])
    check = doctor.vendors(VendorSettings(vendors="yahoo,sample"))
    assert (check.ok, check.found) == (None, "sample; without its package: yahoo")
    assert "pip install 'stockcast[yahoo]'" in check.remedy
    assert doctor.vendors(VendorSettings(vendors="yahoo")).ok is False
    monkeypatch.undo()
    (tmp_path / "yfinance.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    assert doctor.vendors(VendorSettings(vendors="yahoo")).ok is True


def test_missing_notebooks_are_named(tmp_path):
    (tmp_path / "ingest.ipynb").write_text("")
    check = doctor.notebooks(tmp_path)
    assert check.ok is False
    assert "lacks forecast.ipynb, dashboard.ipynb" in check.found


def test_the_running_python_is_new_enough():
    assert doctor.python().ok is True


def doctor_run(tmp_path, program, **environment):
    return subprocess.run(
        [sys.executable, *program],
        cwd=tmp_path,
        env={"PYTHONPATH": ":".join(sys.path), "HOME": str(tmp_path), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.kernels
def test_the_command_fails_without_a_redis_server_and_says_what_to_do(tmp_path):
    program = """
from stockcast_lib.stack import binaries
binaries.REDIS_WHEEL = "no_such_wheel"
from stockcast_lib.cli import main
main()
"""
    told = doctor_run(tmp_path, ["-c", program, "doctor"], COLUMNS="500", PATH=str(tmp_path))
    assert told.returncode == 1
    assert "apt-get install redis-server" in told.stdout
    assert told.stderr == ""


@pytest.mark.kernels
def test_the_command_succeeds_where_nothing_is_missing(tmp_path):
    for name in ("ingest", "forecast", "dashboard"):
        (tmp_path / f"{name}.ipynb").write_text("{}")
    told = doctor_run(
        tmp_path,
        ["-m", "stockcast_lib.cli", "doctor"],
        PATH=str(Path(find_redis_server()).parent),
        STOCKCAST_NOTEBOOKS_DIR=str(tmp_path),
    )
    assert (told.returncode, told.stderr) == (0, ""), told.stdout
    assert "fork_server" not in told.stdout
    by = "only by" if means() is Means.WATCH else "by"
    assert f"limited {by} {means()}" in told.stdout
    assert f" {tmp_path} " in told.stdout


READING = {"read_access_key_id": "a", "read_secret_access_key": "b"}


@pytest.mark.parametrize(
    ("settings", "endpoint", "away", "ok", "found"),
    [
        (READING, "http://s3", "", True, "confined by Landlock"),
        ({}, None, "", True, "confined by Landlock"),
        ({}, "http://s3", "", None, "refused: there are no keys"),
        (READING, "http://s3", "no Landlock", None, "refused: no Landlock"),
        (
            {"unconfined_models": True},
            "http://s3",
            "no Landlock",
            None,
            "not confined: no Landlock",
        ),
    ],
)
def test_it_says_how_published_notebooks_are_kept_from_harm(settings, endpoint, away, ok, found):
    check = doctor.published_notebooks(
        ModelSettings(**settings), StoreSettings(s3_endpoint_url=endpoint), away
    )
    assert check.ok is ok
    assert check.found.startswith(found)
    assert bool(check.remedy) is (ok is None)
