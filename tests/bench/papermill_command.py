"""A new forecast over HTTP against the papermill command, which starts from nothing."""

import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values

from tests.bench.api_client import ApiClient
from tests.bench.figures import Figure, Task, median
from tests.bench.notebooks import FORECAST, TICKER, not_forked_by_servers
from tests.servers import clean_environment, unwatched_stack

_PAPERMILL = Path(sys.executable).with_name("papermill")
_LONGEST_SECONDS = 120
_PAUSE_SECONDS = 0.4


def measure(task: Task) -> list[Figure]:
    """The command, then some new forecasts over HTTP, and so on."""
    count = task.times(3, 1)
    with unwatched_stack(task.folder, "--no-dashboard") as stack:
        client = ApiClient(stack.api)
        client.forecast(TICKER, 30)  # stores the prices
        environment = dotenv_values(stack.folder / "data" / "stack.env")
        cold, ours = [], []
        for each in range(count):
            task.tell(f"{each + 1} of {count}")
            cold.append(_cold_seconds(task.folder, environment, 40 + each))
            for days in range(100 + 3 * each, 103 + 3 * each):
                # In service the next request comes when the next kernel is ready.
                time.sleep(_PAUSE_SECONDS)
                began = time.perf_counter()
                client.forecast(TICKER, days)
                ours.append(time.perf_counter() - began)
        client.close()
        check = not_forked_by_servers(stack.folder / "data" / "logs")
    ratio = median(cold) / median(ours)
    peer = f"papermill, cold {median(cold):.1f} s"
    return [
        Figure("papermill command : new forecast", ratio, "x", at_least=8, peer=peer, samples=cold),
        check,
    ]


def _cold_seconds(folder: Path, store: Mapping[str, str | None], days: int) -> float:
    command = [
        str(_PAPERMILL), str(FORECAST), str(folder / "out.ipynb"), "-k", "python3",
        "--no-progress-bar", "-p", "ticker", TICKER, "-p", "days", str(days),
    ]  # fmt: skip
    known = {name: value for name, value in store.items() if value is not None}
    began = time.perf_counter()
    subprocess.run(
        command,
        env={**clean_environment(), **known, "STOCKCAST_ENV_FILES": "off"},
        cwd=folder,
        capture_output=True,
        timeout=_LONGEST_SECONDS,
        check=True,
    )
    return time.perf_counter() - began
