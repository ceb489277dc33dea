"""A stack whose disk is full, on a small file system of its own (which only root can mount)."""

import subprocess
from contextlib import contextmanager

import pytest

from stockcast_lib.adapters.integrity import is_whole
from tests.chain.client import ask, call, ended, frozen, get, problem, until
from tests.commands import refusal, run, stockcast
from tests.servers import running_stack

pytestmark = [pytest.mark.long, pytest.mark.stack, pytest.mark.kernels, pytest.mark.timeout(500)]

MEGABYTE = 1024 * 1024
SIZE = 160
# What is left when new forecasts are refused, and Redis can still write.
SCARCE = 8 * MEGABYTE


@pytest.fixture(scope="module")
def disk(tmp_path_factory):
    """A folder with a stack's data folder, `data`, on a disk of its own."""
    folder = tmp_path_factory.mktemp("disk")
    (folder / "data").mkdir()
    options = ["-t", "tmpfs", "-o", f"size={SIZE}m,mode=700", "tmpfs"]
    subprocess.run(["mount", *options, folder / "data"], check=True)
    yield folder
    subprocess.run(["umount", "--lazy", folder / "data"], check=True)


@contextmanager
def filled(disk, left=0):
    """While this lasts, somebody else's file leaves so many bytes of the disk."""
    path = disk / "data" / "somebody-elses"
    with path.open("wb", buffering=0) as file:
        try:
            while file.write(b"-" * 65536):
                pass
        except OSError:
            file.truncate(max(0, file.tell() - left))
    try:
        yield
    finally:
        path.unlink()


@pytest.fixture(scope="module")
def stack(disk):
    with running_stack(disk, "--no-dashboard") as running:
        yield running


def made(stack, days):
    status, job = ask(stack.api, {"ticker": "AAPL", "days": days})
    return job if status == 200 and job["state"] == "done" else None


def torn(disk):
    """The objects in the bucket that are not what their keys name."""
    bucket = disk / "data" / "s3" / "stockcast"
    paths = [path for path in bucket.rglob("*") if path.is_file()]
    assert paths
    return [
        path for path in paths if not is_whole(str(path.relative_to(bucket)), path.read_bytes())
    ]


def told_full(stack):
    status, _, body = call(f"{stack.api}/api/v1/forecasts", {"ticker": "AAPL", "days": 47})
    return body.decode() if status == 503 and b"/problems/disk-full" in body else None


def test_with_little_room_what_is_new_is_refused_and_the_rest_served(stack, disk):
    done = made(stack, 30)
    with filled(disk, left=SCARCE):
        status, document = problem(
            call(f"{stack.api}/api/v1/forecasts", {"ticker": "AAPL", "days": 31})
        )
        assert (status, document["type"]) == (503, "/problems/disk-full")
        assert f"The disk of {disk / 'data'} is full" in document["detail"]
        assert "Make room there" in document["detail"]
        assert made(stack, 30)["id"] == done["id"]
        assert get(stack.api, done["links"]["self"])[1]["result"] == done["result"]
        status, document = problem(call(f"{stack.api}/readyz"))
        assert (status, document["away"]) == (503, ["disk"])
        assert f"The disk of {disk / 'data'} is full" in document["detail"]
    assert made(stack, 31)
    assert get(stack.api, "/readyz")[0] == 200


@pytest.mark.usefixtures("stack")
def test_the_doctor_says_it(disk):
    (disk / ".stockcast").symlink_to(disk / "data")
    with filled(disk, left=SCARCE):
        told = stockcast(disk, "doctor")
    assert told.returncode == 1
    (line,) = [line for line in told.stdout.splitlines() if "Disk" in line]
    assert "is full" in line
    assert "Make room there" in line


def test_a_disk_that_fills_up_under_a_job_loses_and_tears_nothing(stack, disk):
    with frozen(stack, "--stage forecast"):
        status, waiting = ask(stack.api, {"ticker": "AAPL", "days": 45}, wait=0)
        assert status == 202
        with filled(disk):
            # Redis ends when it cannot write; whoever asks meanwhile is told what is wrong.
            assert "Make room there" in until(lambda: told_full(stack), 60)
    until(lambda: call(f"{stack.api}/readyz")[0] == 200, 90)
    assert ended(stack.api, waiting, 120)["state"] == "done"
    assert until(lambda: made(stack, 46), 60)
    assert torn(disk) == []


def test_a_run_that_cannot_write_what_it_made_is_tried_again(stack, disk):
    status, waiting = ask(stack.api, {"ticker": "XOM", "days": 48}, wait=0)
    assert status == 202
    with filled(disk):
        until(lambda: call(f"{stack.api}/readyz")[0] == 503, 60)
    assert ended(stack.api, waiting, 180)["state"] == "done"
    assert torn(disk) == []


def test_a_stack_does_not_start_without_room(disk):
    (disk / "data" / "new").mkdir()
    with filled(disk, left=SCARCE):
        status, line = refusal(stockcast(disk, "up", "--no-dashboard", "--data-dir", "data/new"))
    assert status == 2
    assert f"The disk of {disk / 'data' / 'new'} is full" in line
    assert list((disk / "data" / "new").iterdir()) == []


def test_a_log_on_a_full_disk_ends_nobody(disk):
    code = (
        "import logging, sys, structlog, stockcast_lib.logs as logs;"
        "sys.stderr = open('data/log', 'w'); logs.configure_logs();"
        "[structlog.get_logger().info('x' * 9999) for _ in range(99)];"
        "[logging.warning('x' * 9999) for _ in range(99)];"
        "sys.stdout.write('alive')"
    )
    with filled(disk):
        told = run(disk, "-c", code)
    assert told.stdout == "alive"
