import json
from dataclasses import astuple

import pytest

from stockcast_lib.adapters.redis_users import RedisRole
from stockcast_lib.core.errors import BadSettings
from stockcast_lib.stack.credentials import CREDENTIALS_FILE, stored_credentials, write_private


def test_only_the_user_may_read_them(tmp_path):
    stored_credentials(tmp_path)
    assert (tmp_path / CREDENTIALS_FILE).stat().st_mode & 0o777 == 0o600


def test_a_file_that_others_may_read_is_made_private(tmp_path):
    stored_credentials(tmp_path)
    (tmp_path / CREDENTIALS_FILE).chmod(0o644)
    stored_credentials(tmp_path)
    assert (tmp_path / CREDENTIALS_FILE).stat().st_mode & 0o777 == 0o600


def test_the_next_start_uses_the_same(tmp_path):
    assert stored_credentials(tmp_path) == stored_credentials(tmp_path)


def test_no_two_folders_and_no_two_purposes_share_a_secret(tmp_path):
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        folder.mkdir()
    secrets = [secret for folder in folders for secret in astuple(stored_credentials(folder))]
    assert len(set(secrets)) == 14
    assert min(map(len, secrets)) >= 20


def test_each_user_of_redis_has_a_password_of_its_own_that_stays(tmp_path):
    credentials = stored_credentials(tmp_path)
    passwords = [credentials.redis_password_of(role) for role in RedisRole]
    assert len({*passwords, credentials.redis_password}) == len(RedisRole) + 1
    assert all(password.isalnum() for password in passwords)
    assert min(map(len, passwords)) >= 20
    again = stored_credentials(tmp_path)
    assert [again.redis_password_of(role) for role in RedisRole] == passwords


def test_a_folder_of_an_earlier_release_keeps_its_secrets_and_gets_those_it_lacks(tmp_path):
    first = stored_credentials(tmp_path)
    held = json.loads((tmp_path / CREDENTIALS_FILE).read_text())
    for name in ("read_access_key", "read_secret_key", "gateway_token"):
        del held[name]
    write_private(tmp_path / CREDENTIALS_FILE, json.dumps(held))
    later = stored_credentials(tmp_path)
    assert (later.redis_password, later.frame_key) == (first.redis_password, first.frame_key)
    assert later.gateway_token != first.gateway_token
    assert stored_credentials(tmp_path) == later


def test_they_do_not_show_in_a_representation(tmp_path):
    credentials = stored_credentials(tmp_path)
    assert not any(secret in repr(credentials) for secret in astuple(credentials))


INJECTED = {
    "redis_password": "a\nappendonly no",
    "s3_access_key": "a",
    "s3_secret_key": "b",
    "frame_key": "c",
}


@pytest.mark.parametrize("damage", ["", "{", "[]", "{}", json.dumps(INJECTED)])
def test_a_damaged_file_is_told_in_one_line(tmp_path, damage):
    write_private(tmp_path / CREDENTIALS_FILE, damage)
    with pytest.raises(BadSettings, match=r"credentials\.json is damaged: delete it"):
        stored_credentials(tmp_path)


def test_a_half_written_file_of_a_crash_is_no_hindrance(tmp_path):
    (tmp_path / f".{CREDENTIALS_FILE}.new").write_text("{")
    assert stored_credentials(tmp_path) == stored_credentials(tmp_path)
