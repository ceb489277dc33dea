"""How long `stockcast batch` takes for hundreds of series that it has never seen, on two cores."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
from dotenv import dotenv_values

from stockcast_lib.adapters.redis_connection import connect as connect_redis
from stockcast_lib.adapters.redis_prices import RedisPriceBoard
from stockcast_lib.adapters.s3 import Bucket
from stockcast_lib.adapters.s3 import connect as connect_s3
from stockcast_lib.adapters.s3_prices import S3PriceStore
from stockcast_lib.adapters.symbol_list import S3SymbolLists, refresh
from stockcast_lib.adapters.vendors.csv_file import read_price_csv
from stockcast_lib.adapters.vendors.sample import SampleVendor
from stockcast_lib.core.symbols import Symbol
from stockcast_lib.ingestion import keep_history
from stockcast_lib.settings import STACK_ENV
from tests.bench.figures import Figure, Task
from tests.bench.notebooks import not_forked_by_servers
from tests.servers import clean_environment, unwatched_stack

_SOURCES = ("AAPL", "MSFT", "XOM", "IBM", "GOOG")
_CORES = 2
_BAR_SERIES, _BAR_SECONDS = 500, 300.0
_GIVEN_UP_SECONDS = 3000


def measure(task: Task) -> list[Figure]:
    """Every series has prices, and so a backtest, of its own."""
    count, options = task.times(500, 20), ("--no-dashboard", "--workers", str(_CORES))
    with _pinned(), unwatched_stack(task.folder, *options) as stack:
        tickers = _imported(task, stack.folder / "data" / STACK_ENV, count)
        (task.folder / "list.txt").write_text("\n".join(tickers))
        task.tell(f"{count} forecasts")
        began = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "stockcast_lib.cli", "batch", "list.txt", "--api", stack.api],
            cwd=task.folder, env=clean_environment(), check=False, timeout=_GIVEN_UP_SECONDS,
        )  # fmt: skip
        seconds = time.perf_counter() - began
        check = not_forked_by_servers(stack.folder / "data" / "logs")
    if done.returncode:
        raise RuntimeError(f"The batch ended with status {done.returncode}.")
    bar = _BAR_SECONDS * count / _BAR_SERIES
    return [
        Figure(f"batch of {count} series, {_CORES} cores", seconds, "s", at_most=bar),
        Figure("a series of it", 1000 * seconds / count, "ms"),
        check,
    ]


@contextmanager
def _pinned() -> Iterator[None]:
    """Everything that is started meanwhile, the command included, on the first cores."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(allowed)[:_CORES])
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


def _imported(task: Task, announced: Path, count: int) -> list[str]:
    """Invented tickers with the sample's prices, each ending on another day."""
    told = dotenv_values(announced)
    board = RedisPriceBoard(connect_redis(told["STOCKCAST_REDIS_URL"]))
    client = connect_s3(
        endpoint_url=told["STOCKCAST_S3_ENDPOINT_URL"], region=told["AWS_DEFAULT_REGION"],
        access_key=told["AWS_ACCESS_KEY_ID"], secret_key=told["AWS_SECRET_ACCESS_KEY"],
    )  # fmt: skip
    bucket, now = Bucket(client, told["STOCKCAST_S3_BUCKET"]), datetime.now(UTC)
    histories = [SampleVendor().daily_prices(source).frame for source in _SOURCES]
    tickers = [f"X{number:03d}" for number in range(count)]
    for number, ticker in enumerate(tickers):
        task.tell(f"importing {number + 1} of {count}")
        whole = histories[number % len(histories)]
        path = _csv(task.folder, whole.iloc[: len(whole) - number // len(histories)])
        history, _ = read_price_csv(path, ticker)
        board.publish(keep_history(history, store=S3PriceStore(bucket), now=now))
    refresh(S3SymbolLists(bucket), [lambda: [Symbol(ticker) for ticker in tickers]], now)
    client.close()
    return tickers


def _csv(folder: Path, frame: pd.DataFrame) -> Path:
    path = folder / "prices.csv"
    columns = ["open", "high", "low", "close", "volume", "adjusted_close"]
    named = frame[columns].rename(columns={"adjusted_close": "adjClose"})
    named.to_csv(path, index_label="date")
    return path
