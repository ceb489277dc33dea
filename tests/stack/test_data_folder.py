import os
from contextlib import suppress
from pathlib import Path

import pytest

from stockcast_lib.core.errors import BadSettings
from stockcast_lib.settings import QueueSettings, StoreSettings
from stockcast_lib.stack.data_folder import (
    announced,
    forget_announcement,
    locked_folder,
    replace_data,
)

URL = "redis://:it's-${HOME}\\@127.0.0.1:1/0"


def test_a_new_folder_is_private(tmp_path):
    with locked_folder(tmp_path / "a" / "b") as folder:
        assert folder.stat().st_mode & 0o777 == 0o700


def test_the_mode_of_a_folder_that_was_there_is_left_alone(tmp_path):
    tmp_path.chmod(0o755)
    with locked_folder(tmp_path):
        assert tmp_path.stat().st_mode & 0o777 == 0o755


def test_one_stack_at_a_time(tmp_path):
    with locked_folder(tmp_path), pytest.raises(BadSettings) as raised, locked_folder(tmp_path):
        pass
    assert raised.value.message == (
        f"Another `stockcast up` (process {os.getpid()}) runs on {tmp_path}:"
        " stop it, or choose another --data-dir."
    )
    with locked_folder(tmp_path):
        pass


def written(folder, text):
    for name in ("redis", "s3"):
        (folder / name).mkdir(parents=True)
        (folder / name / "data").write_text(text)
    (folder / "credentials.json").write_text(text)


def read(folder):
    found = (folder / name for name in ("redis/data", "s3/data", "credentials.json"))
    return [path.read_text() if path.exists() else None for path in found]


@pytest.mark.parametrize("there", [True, False])
@pytest.mark.parametrize("cut", range(5))
def test_data_are_replaced_all_or_none_whenever_that_is_cut_off(tmp_path, monkeypatch, there, cut):
    if there:
        written(tmp_path, "old")
    before = read(tmp_path)
    written(tmp_path / "staged", "new")
    left, rename = iter(range(cut)), Path.rename

    def cut_off(path, target):
        if next(left, None) is None:
            raise KeyboardInterrupt
        return rename(path, target)

    with monkeypatch.context() as patched, suppress(KeyboardInterrupt):
        patched.setattr(Path, "rename", cut_off)
        replace_data(tmp_path, tmp_path / "staged")
    with locked_folder(tmp_path):
        assert read(tmp_path) == (["new"] * 3 if cut else before)
        assert not (tmp_path / "restored").exists()


def test_a_folder_that_cannot_be_made_is_told_in_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(BadSettings, match="choose another --data-dir"),
        locked_folder(tmp_path / "file"),
    ):
        pass


def test_clients_find_the_stack_while_it_runs(tmp_path, monkeypatch):
    folder = tmp_path / ".stockcast"
    folder.mkdir()
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith(("STOCKCAST_", "AWS_"))]:
        monkeypatch.delenv(name)
    environment = {
        "STOCKCAST_REDIS_URL": URL,
        "STOCKCAST_FRAME_KEY": "k" * 32,
        "AWS_SECRET_ACCESS_KEY": "a/b+c=",
    }
    with announced(folder, environment):
        assert (folder / "stack.env").stat().st_mode & 0o777 == 0o600
        assert QueueSettings.read().redis_url.get_secret_value() == URL
        assert QueueSettings.read().frame_key_bytes == b"k" * 32
        assert StoreSettings.read().secret_key.get_secret_value() == "a/b+c="
    assert not (folder / "stack.env").exists()
    with pytest.raises(BadSettings):
        QueueSettings.read()


def test_what_a_killed_stack_left_is_removed(tmp_path):
    (tmp_path / "stack.env").write_text("STOCKCAST_REDIS_URL=redis://gone\n")
    forget_announcement(tmp_path)
    forget_announcement(tmp_path)
    assert not (tmp_path / "stack.env").exists()
