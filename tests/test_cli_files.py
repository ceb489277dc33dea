import pytest

from stockcast_lib import cli_files
from stockcast_lib.cli_files import read_file
from stockcast_lib.core.errors import InvalidRequest


def test_a_file_is_read_as_it_is(tmp_path):
    (tmp_path / "list").write_bytes(b"AAPL\r\n")
    assert read_file(tmp_path / "list") == b"AAPL\r\n"


def test_a_file_that_is_too_large_is_refused_with_the_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(cli_files, "LARGEST_FILE", 4)
    (tmp_path / "list").write_bytes(b"AAPL")
    assert read_file(tmp_path / "list") == b"AAPL"
    (tmp_path / "list").write_bytes(b"AAPL\n")
    with pytest.raises(InvalidRequest, match="more than 4 bytes"):
        read_file(tmp_path / "list")


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InvalidRequest, match="none cannot be read: No such file"):
        read_file(tmp_path / "none")
