"""A new forecast over HTTP, beside bare Prophet in a warm process."""

import time

from tests.bench.api_client import ApiClient
from tests.bench.figures import Figure, Task, median
from tests.bench.notebooks import TICKER, not_forked_by_servers, seconds_in_cells
from tests.bench.prophet_peer import running_prophet
from tests.servers import unwatched_stack

_WARM_UP = 3


def measure(task: Task) -> list[Figure]:
    """One new horizon over HTTP, then the same one by the peer, and so on."""
    count = task.times(20, 5)
    with unwatched_stack(task.folder, "--no-dashboard") as stack, running_prophet() as prophet:
        client = ApiClient(stack.api)
        for days in range(30, 30 + _WARM_UP):  # the first stores the prices
            client.forecast(TICKER, days)
        ours, in_cells, bare = [], [], []
        for each in range(count):
            task.tell(f"{each + 1} of {count}")
            days = 40 + each
            began = time.perf_counter()
            answer = client.forecast(TICKER, days)
            ours.append(1000 * (time.perf_counter() - began))
            bare.append(1000 * prophet.seconds_for(days))
            in_cells.append(1000 * seconds_in_cells(client.notebook(answer)))
        client.close()
        check = not_forked_by_servers(stack.folder / "data" / "logs")
    ratio = median(ours) / median(bare)
    peer = f"bare Prophet {median(bare):.0f} ms"
    return [
        Figure("new forecast over HTTP : bare Prophet", ratio, "x", at_most=1.0, peer=peer),
        Figure("new forecast over HTTP, p50", median(ours), "ms", peer=peer, samples=ours),
        Figure("of it in the notebook's cells, p50", median(in_cells), "ms", samples=in_cells),
        Figure("bare Prophet, p50", median(bare), "ms", samples=bare),
        check,
    ]
