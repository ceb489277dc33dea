"""How long `stockcast up` takes where everything is installed and stored already."""

import time

from tests.bench.figures import Figure, Task, median
from tests.servers import unwatched_stack


def measure(task: Task) -> list[Figure]:
    """Starts on one data folder, the dashboard included; the first makes all that is kept."""
    count = task.times(3, 1)
    first, *later = [_seconds_to_ready(task, each, count) for each in range(1 + count)]
    peer = f"the first {first:.1f} s"
    what = "second `stockcast up` on a data folder to ready, p50"
    return [Figure(what, median(later), "s", at_most=10, peer=peer, samples=later)]


def _seconds_to_ready(task: Task, each: int, count: int) -> float:
    task.tell(f"{each} of {count}")
    began = time.perf_counter()
    with unwatched_stack(task.folder):
        return time.perf_counter() - began
