"""`stockcast batch` beside a running stack and over its gateway."""

import json
import subprocess
import sys

import pandas as pd
import pytest

from tests.commands import refusal, run, stockcast
from tests.servers import clean_environment

pytestmark = [pytest.mark.stack, pytest.mark.kernels, pytest.mark.timeout(400)]
LIST = "# mine\nMSFT\nibm  # blue\nNOPE\n"


def journal_of(folder):
    lines = (folder / "journal.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_a_list_becomes_a_table_and_a_page_and_a_rerun_asks_for_what_failed(beside):
    (beside / "mine.txt").write_text(LIST)
    told = stockcast(beside, "batch", "mine.txt", "--days", "21")
    assert told.returncode == 1, told.stderr
    assert told.stdout == (
        "2 forecasts, 1 failed: mine-forecasts/forecasts.parquet, mine-forecasts/report.html\n"
    )
    assert told.stderr.startswith("NOPE: No ticker is called NOPE")
    out = beside / "mine-forecasts"
    table = pd.read_parquet(out / "forecasts.parquet")
    assert list(table["ticker"]) == ["MSFT", "IBM", "NOPE"]
    assert table["price"].notna().tolist() == [True, True, False]
    assert table["revision"][0].endswith("+0.2.0")
    assert "No ticker is called NOPE" in (out / "report.html").read_text("utf-8")
    again = stockcast(beside, "batch", "mine.txt", "--days", "21")
    assert again.returncode == 1
    assert [each["request"]["ticker"] for each in journal_of(out)[3:]] == ["NOPE"]


def test_a_gateway_serves_the_list_from_standard_input(stack, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "stockcast_lib.cli", "batch", "-", "--api", stack.api,
         "--days", "22", "--out", "out"],
        input="MSFT\nAAPL\n", cwd=tmp_path, env=clean_environment(),
        capture_output=True, text=True, check=False, timeout=200,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("2 forecasts: out/forecasts.parquet")
    table = pd.read_parquet(tmp_path / "out" / "forecasts.parquet")
    assert set(table["days"]) == {22}


@pytest.mark.parametrize(
    ("text", "more", "reason"),
    [
        ("A B\n", (), "line 1 ('A B')"),
        ("", (), "holds no tickers"),
        ("AAPL\n", ("--days", "0"), "days must be a whole number"),
        ("AAPL\n", ("--out", "list.txt"), "list.txt cannot hold the results"),
        (None, (), "list.txt cannot be read: No such file"),
        ("caf\xe9\n", (), "list.txt is not text in UTF-8"),
    ],
)
def test_what_is_wrong_with_the_call_is_one_line(beside, text, more, reason):
    if text is not None:
        (beside / "list.txt").write_bytes(text.encode("latin-1"))
    status, line = refusal(stockcast(beside, "batch", "list.txt", *more))
    assert status == 2
    assert reason in line


def test_batch_jobs_wait_in_the_batch_lane_and_python_has_the_same(beside):
    code = (
        "from stockcast_lib import batch, wiring\n"
        "made = batch(['XOM', 'NOPE'], 23)\n"
        "print(repr(made), wiring.job_queue().job(made.done[0].job_id).lane)"
    )
    assert run(beside, "-c", code).stdout == "1 forecast, 1 failed batch\n"
