"""What the ingest stage takes when the prices are fresh, and whether it asks the vendor."""

import json
from datetime import UTC, datetime
from pathlib import Path

from stockcast_lib.forecasting.trading_calendar import last_closed_session
from tests.bench.api_client import ApiClient
from tests.bench.figures import Figure, Task, median
from tests.bench.notebooks import TICKER
from tests.servers import unwatched_stack
from tests.standins.vendors import running_vendors

_FIRST_DAYS = 30


def measure(task: Task) -> list[Figure]:
    """New horizons for a ticker whose prices a vendor has just given."""
    count = task.times(20, 5)
    with running_vendors() as vendors:
        vendors.control(as_of=last_closed_session(datetime.now(UTC)).isoformat())
        options = {"STOCKCAST_VENDORS": "tiingo", **vendors.environment}
        with unwatched_stack(task.folder, "--no-dashboard", **options) as stack:
            client = ApiClient(stack.api)
            client.forecast(TICKER, _FIRST_DAYS)
            before = vendors.calls()["tiingo"][TICKER]
            for each in range(count):
                task.tell(f"{each + 1} of {count}")
                client.forecast(TICKER, _FIRST_DAYS + 1 + each)
            client.close()
            calls = vendors.calls()["tiingo"][TICKER] - before
        first, *fresh = _ingest_milliseconds(stack.folder / "data" / "logs")
    peer = f"with the vendor's answer and the notebook {first:.0f} ms"
    what = "ingest stage with fresh prices, p50"
    return [
        Figure(what, median(fresh), "ms", at_most=20, peer=peer, samples=fresh),
        Figure("calls to the vendor meanwhile", calls, at_most=0),
    ]


def _ingest_milliseconds(logs: Path) -> list[float]:
    lines = [json.loads(line) for log in sorted(logs.glob("ingest-worker*.log"))
             for line in log.read_text().splitlines() if line.startswith("{")]  # fmt: skip
    return [1000 * line["seconds"] for line in lines if line.get("event") == "job.left"]
