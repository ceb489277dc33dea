"""`stockcast backup` and `restore`: what was there is there again, or nothing is done."""

import json
import shutil

import pytest

from tests.chain.client import ask, call, frozen
from tests.commands import stockcast
from tests.servers import running_stack

pytestmark = [pytest.mark.long, pytest.mark.stack, pytest.mark.kernels, pytest.mark.timeout(400)]
EVIDENCE = ("chart.png", "chart.json", "data.csv", "notebook.ipynb", "self")


def bodies(api, job):
    return {name: call(f"{api}{job['links'][name]}")[2] for name in EVIDENCE}


def backed_up(folder, name, *options):
    told = stockcast(folder, "backup", name, "--data-dir", "data", *options)
    assert told.returncode == 0, told.stderr
    return told.stdout


def restored(folder, name, *options):
    return stockcast(folder, "restore", name, "--data-dir", "data", *options)


def contents(folder):
    return {
        path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    """A stack's folder with a forecast in it, and what was answered of that."""
    folder = tmp_path_factory.mktemp("backup")
    with running_stack(folder, "--no-dashboard") as stack:
        status, job = ask(stack.api, {"ticker": "AAPL", "days": 30})
        assert (status, job["state"]) == (200, "done")
        told = bodies(stack.api, job)
        # While it runs, and with a job that waits.
        with frozen(stack, "--stage forecast"):
            waiting = ask(stack.api, {"ticker": "AAPL", "days": 31}, wait=0)[1]
            backed_up(folder, "running", "--with-credentials")
    return folder, job, told, waiting


def test_a_wiped_stack_answers_as_before_and_goes_on_with_what_waited(before, tmp_path):
    folder, job, told, waiting = before
    shutil.copytree(folder / "running", tmp_path / "running")
    assert "objects" in restored(tmp_path, "running").stdout
    with running_stack(tmp_path, "--no-dashboard") as stack:
        assert bodies(stack.api, job) == told
        status, later = ask(stack.api, {"ticker": "AAPL", "days": 31})
        assert (status, later["state"]) == (200, "done")
        # Joined or finished meanwhile: never made twice.
        assert later["id"] == waiting["id"]


def test_a_stack_that_does_not_run_is_backed_up_too(before):
    folder, job, *_ = before
    told = backed_up(folder, "stopped")
    assert "keys of Redis" in told
    assert "Damaged" not in told
    manifest = json.loads((folder / "stopped" / "manifest.json").read_text())
    assert "credentials.json" not in manifest["files"]
    assert any(job["id"] in name for name in manifest["files"])


def test_what_was_damaged_before_the_backup_is_named(before):
    folder, job, *_ = before
    (path,) = (folder / "data" / "s3" / "stockcast" / "runs" / job["id"]).rglob("chart.png")
    good = path.read_bytes()
    path.write_bytes(good[::-1])
    told = backed_up(folder, "damaged")
    path.write_bytes(good)
    assert f"Damaged in the store already: objects/runs/{job['id']}" in told
    assert told.count("chart.png") == 1


def test_no_credentials_are_in_a_backup_unless_it_was_said(before):
    folder, *_ = before
    backed_up(folder, "bare")
    secrets = json.loads((folder / "data" / "credentials.json").read_text()).values()
    for path, data in contents(folder / "bare").items():
        assert not [each for each in secrets if each.encode() in data], path


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(path.read_bytes()[:-1] + b"!"),
        lambda path: path.unlink(),
        lambda path: path.write_bytes(b""),
    ],
    ids=["changed", "gone", "empty"],
)
@pytest.mark.parametrize("name", ["redis.jsonl", "manifest.json", "objects"])
def test_a_damaged_backup_is_refused_before_anything_is_touched(before, tmp_path, name, damage):
    folder, *_ = before
    shutil.copytree(folder / "running", tmp_path / "running")
    (tmp_path / "data" / "redis").mkdir(parents=True)
    (tmp_path / "data" / "redis" / "mine").write_text("mine")
    path = tmp_path / "running" / name
    damage(path if path.is_file() else next(path.rglob("*.json")))
    held = contents(tmp_path / "data")
    told = restored(tmp_path, "running", "--force")
    assert told.returncode == 2
    assert told.stderr.count("\n") == 1
    assert "backup" in told.stderr
    assert contents(tmp_path / "data") == held


def test_data_that_are_there_are_replaced_only_when_that_is_said(before, tmp_path):
    folder, job, *_ = before
    shutil.copytree(folder / "running", tmp_path / "running")
    mine = tmp_path / "data" / "s3" / "stockcast" / "mine"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    told = restored(tmp_path, "running")
    assert (told.returncode, mine.read_text()) == (2, "mine")
    assert "--force" in told.stderr
    assert restored(tmp_path, "running", "--force").returncode == 0
    assert not mine.exists()
    assert (tmp_path / "data" / "s3" / "stockcast" / "runs" / job["id"]).is_dir()
    assert sorted(path.name for path in (tmp_path / "data").iterdir() if path.is_dir()) == [
        "redis",
        "s3",
    ]


def test_a_folder_that_holds_something_takes_no_backup(before):
    folder, *_ = before
    told = stockcast(folder, "backup", "running", "--data-dir", "data")
    assert told.returncode == 2
    assert "choose a new folder" in told.stderr


def test_where_there_is_no_stack_it_says_where_to_run_it(tmp_path):
    told = stockcast(tmp_path, "backup", "copy")
    assert told.returncode == 2
    assert "--data-dir" in told.stderr
    assert not (tmp_path / "copy").exists()
