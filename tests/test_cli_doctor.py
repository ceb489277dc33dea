"""What `stockcast doctor` prints of checks that are given."""

import logging
import time

import pytest
import typer

from stockcast_lib import logs
from stockcast_lib.cli_doctor import doctor
from stockcast_lib.stack import doctor as stack_doctor
from stockcast_lib.stack.doctor import Check

FOUND, REMEDY = "/found" * 40, "/remedy" * 40


@pytest.fixture(autouse=True)
def _levels(monkeypatch):
    levels = []
    monkeypatch.setattr(logs, "configure_logs", levels.append)
    yield
    assert levels == [logging.WARNING]


@pytest.fixture
def checks(monkeypatch):
    """Has the command make one check."""

    def found(*, ok):
        time.sleep(0.3)  # the status is drawn some times a second
        return Check("Part", ok, FOUND, REMEDY)

    def give(*, ok):
        monkeypatch.setattr(stack_doctor, "checks", lambda: [("the part", lambda: found(ok=ok))])

    return give


@pytest.fixture
def terminal(monkeypatch):
    """As wide as 60 letters."""
    for name, value in {"FORCE_COLOR": "1", "TERM": "xterm", "COLUMNS": "60"}.items():
        monkeypatch.setenv(name, value)


def test_in_a_pipe_every_finding_is_one_whole_line_and_nothing_else(checks, capsys):
    checks(ok=True)
    doctor()
    told, error = capsys.readouterr()
    assert any(FOUND in line and REMEDY in line for line in told.splitlines())
    assert error == ""


@pytest.mark.usefixtures("terminal")
def test_in_a_terminal_the_running_check_is_named_and_nothing_is_cut(checks, capsys):
    checks(ok=True)
    doctor()
    told, error = capsys.readouterr()
    assert "Checking the part" in error
    assert "…" not in told
    assert told.count("/") == (FOUND + REMEDY).count("/")


@pytest.mark.parametrize(("ok", "fails"), [(False, True), (None, False)])
def test_only_what_is_missing_makes_it_fail(checks, ok, fails):
    checks(ok=ok)
    if fails:
        with pytest.raises(typer.Exit) as caught:
            doctor()
        assert caught.value.exit_code == 1
    else:
        doctor()
