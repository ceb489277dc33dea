"""`stockcast symbols refresh` on a real S3."""

import subprocess
import sys
from functools import partial
from uuid import uuid4

import pytest

from stockcast_lib.adapters.s3 import Bucket
from stockcast_lib.adapters.symbol_list import S3SymbolLists
from stockcast_lib.core.symbols import Symbol, SymbolDirectory
from tests.gateway import running_gateway
from tests.servers import clean_environment

pytestmark = pytest.mark.services


@pytest.fixture
def lists(bucket):
    name = f"symbols-{uuid4().hex}"
    bucket._client.create_bucket(Bucket=name)
    return S3SymbolLists(Bucket(bucket._client, name))


@pytest.fixture
def symbols(tmp_path, lists, s3_environment):
    """The command on the bucket of `lists`."""

    def run(*arguments):
        environment = {
            **clean_environment(),
            **s3_environment,
            "STOCKCAST_S3_BUCKET": lists._bucket.name,
            "STOCKCAST_VENDORS": "sample",
            "STOCKCAST_ENV_FILES": "off",
        }
        command = [sys.executable, "-m", "stockcast_lib.cli", "symbols", *arguments]
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
            timeout=60,
        )  # fmt: skip

    return run


@pytest.fixture
def refresh(symbols):
    return partial(symbols, "refresh")


def tickers(lists):
    return {symbol.ticker for symbol in lists.load(lists.current())}


def test_a_file_of_ones_own_is_stored_and_added_to(refresh, lists, tmp_path):
    (tmp_path / "own.csv").write_text("symbol;company\nBRK-B;Berkshire Hathaway\nF;\n")
    told = refresh("--file", "own.csv")
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout == f"2 symbols, 1 with a name: stored as {lists.current()}\n"
    assert tickers(lists) == {"BRK.B", "F"}
    assert "unchanged" in refresh("--file", "own.csv").stdout
    (tmp_path / "own.csv").write_text("ticker\nGM\n")
    refresh("--file", "own.csv")
    assert tickers(lists) == {"BRK.B", "F", "GM"}
    refresh("--file", "own.csv", "--replace")
    assert tickers(lists) == {"GM"}


@pytest.mark.parametrize(
    ("content", "arguments", "reason"),
    [
        ("ticker\nF\n??\n", ("--file", "own.csv"), "own.csv line 3: '??' is no ticker."),
        ("name\nFord\n", ("--file", "own.csv"), "no column is called 'ticker' or 'symbol'"),
        ("", ("--file", "none.csv"), "none.csv cannot be read: No such file or directory."),
        ("", (), "No configured vendor has a list of symbols: give one with --file."),
    ],
    ids=["a wrong line", "no ticker", "no file", "nothing to store"],
)
def test_what_it_is_given_wrong_is_one_line_and_stores_nothing(
    refresh, lists, tmp_path, content, arguments, reason
):
    (tmp_path / "own.csv").write_text(content)
    told = refresh(*arguments)
    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr.startswith("stockcast: ")
    assert told.stderr.count("\n") == 1
    assert reason in told.stderr
    assert lists.current() is None


def test_symbols_are_searched_in_the_stored_list_and_shown_with_their_exchange(
    symbols, refresh, tmp_path
):
    (tmp_path / "own.csv").write_text(
        "ticker,name,exchange\nBRK-B,Berkshire Hathaway,NYSE\nBHE,Benchmark,NYSE\nBERK,Berkshire,\n"
    )
    assert refresh("--file", "own.csv").returncode == 0
    told = symbols("search", "brk/b")
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.splitlines()[0] == "BRK.B\tBerkshire Hathaway\tNYSE"
    by_name = symbols("search", "berkshire").stdout.splitlines()
    assert set(by_name) == {"BRK.B\tBerkshire Hathaway\tNYSE", "BERK\tBerkshire"}
    assert symbols("search", "qqqqqq").stdout == ""


class Found:
    """A service with one symbol."""

    directory = SymbolDirectory([Symbol("AAPL", "Apple Inc.", "NASDAQ")], complete=False)


def test_symbols_are_searched_at_a_gateway_elsewhere(tmp_path):
    with running_gateway(Found()) as url:
        command = [sys.executable, "-m", "stockcast_lib.cli", "symbols", "search", "apple"]
        told = subprocess.run(
            [*command, "--api", url], cwd=tmp_path, env=clean_environment(), capture_output=True,
            text=True, check=False, timeout=60,
        )  # fmt: skip
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout == "AAPL\tApple Inc.\tNASDAQ\n"
