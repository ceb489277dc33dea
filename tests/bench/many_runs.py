"""What hundreds of runs leave behind in a worker and in its fork server."""

import json
import subprocess
import sys
from typing import Any

from tests.bench.figures import Figure, Task
from tests.servers import REPOSITORY, clean_environment

_WARM_UP_RUNS = 30
_SECONDS_A_RUN = 3


def measure(task: Task) -> list[Figure]:
    """Growth from the end of the warm-up to the end."""
    runs = task.times(500, 50)
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.worker_like",
         str(task.folder), str(_WARM_UP_RUNS), str(runs)],
        cwd=REPOSITORY,
        env=clean_environment(),
        stdout=subprocess.PIPE,
        timeout=60 + _SECONDS_A_RUN * (runs + _WARM_UP_RUNS),
        check=True,
        text=True,
    )  # fmt: skip
    told = json.loads(done.stdout)
    strangers = max(told["strangers"], told["fallbacks"])
    return [
        *_growth("worker", told["looks"], runs),
        *_growth("fork server", told["looks"], runs),
        Figure("fallbacks: kernels that were not forked", strangers, at_most=0),
    ]


def _growth(name: str, looks: list[dict[str, dict[str, Any]]], runs: int) -> list[Figure]:
    what = f"{name} after {runs} runs"
    memory = [look[name]["memory"] / 1024 / 1024 for look in looks]
    growth = 100 * (memory[-1] - memory[0]) / memory[0]
    of = f"of {memory[0]:.1f} MB"
    figures = [Figure(f"{what}: growth", growth, "%", 5, peer=of, samples=memory)]
    for thing in ("threads", "descriptors"):
        held = [look[name][thing] for look in looks]
        if None not in held:
            more = held[-1] - held[0]
            figures.append(Figure(f"{what}: more {thing}", more, at_most=0, samples=held))
    return figures
