"""`make bench`: real processes against the bars that the project sets itself.

Prints one table, writes test-artifacts/bench.json, and ends with status 1 when a bar is missed or
a measurement could not be made.
"""

import argparse
import json
import logging
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from stockcast_lib.logs import configure_logs
from tests.bench import (
    batch,
    dashboard_use,
    event_listeners,
    fresh_prices,
    kernel_memory,
    many_runs,
    model_fit,
    new_forecast,
    notebook_overhead,
    papermill_command,
    repeated_forecast,
    second_start,
    symbol_search,
    throughput,
    voila_page,
)
from tests.bench.figures import Figure, Task
from tests.bench.machine import Neighbours, git_commit, machine_facts
from tests.servers import REPOSITORY

_FILE = REPOSITORY / "test-artifacts" / "bench.json"
_WHOLE_FROM = 100
# Where the output goes to a file, whose width nobody knows.
_FILE_WIDTH = 120
_MEASUREMENTS: Mapping[str, Callable[[Task], list[Figure]]] = {
    "model-fit": model_fit.measure,
    "notebook-overhead": notebook_overhead.measure,
    "new-forecast": new_forecast.measure,
    "second-start": second_start.measure,
    "papermill-command": papermill_command.measure,
    "repeated-forecast": repeated_forecast.measure,
    "event-listeners": event_listeners.measure,
    "fresh-prices": fresh_prices.measure,
    "symbol-search": symbol_search.measure,
    "throughput": throughput.measure,
    "batch": batch.measure,
    "kernel-memory": kernel_memory.measure,
    "many-runs": many_runs.measure,
    "voila-page": voila_page.measure,
    "dashboard-use": dashboard_use.measure,
}


def main() -> None:
    """Measure what the command line names."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(_MEASUREMENTS))
    parser.add_argument("--quick", action="store_true", help="few repetitions, to try it out")
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - set(_MEASUREMENTS):
        parser.error(f"there is no {', '.join(sorted(unknown))}: choose of {parser.format_help()}")
    chosen = [name for name in _MEASUREMENTS if name in arguments.names or not arguments.names]
    facts = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": git_commit(),
        "quick": arguments.quick,
        "machine": machine_facts(),
    }
    console = Console(width=None if sys.stdout.isatty() else _FILE_WIDTH)
    configure_logs(logging.WARNING)
    outcomes = [_outcome(console, name, quick=arguments.quick) for name in chosen]
    _show(console, outcomes)
    _FILE.parent.mkdir(exist_ok=True)
    _FILE.write_text(json.dumps({**facts, "measurements": outcomes}, indent=1), encoding="utf-8")
    console.print(f"Written to {_FILE.relative_to(REPOSITORY)}.")
    sys.exit(any(outcome["failure"] or _missed(outcome) for outcome in outcomes))


def _outcome(console: Console, name: str, *, quick: bool) -> dict[str, Any]:
    began, neighbours, failure = time.monotonic(), Neighbours(), None
    figures: list[Figure] = []
    with (
        tempfile.TemporaryDirectory(prefix=f"stockcast-bench-{name}-") as folder,
        console.status(name) as status,
    ):
        task = Task(Path(folder), quick, lambda text: status.update(f"{name}: {text}"))
        console.print(f"{name} …")
        try:
            figures = _MEASUREMENTS[name](task)
        except Exception as error:  # noqa: BLE001  # the others are measured all the same
            failure = f"{type(error).__name__}: {error}"
    seconds, others = time.monotonic() - began, neighbours.cores()
    end = f"broke: {failure}" if failure else "done"
    console.print(f"{name}: {end} ({seconds:.0f} s; others kept {others:.1f} cores busy)")
    return {
        "name": name,
        "seconds": seconds,
        "cores_busy_with_others": others,
        "failure": failure,
        "figures": [_as_json(figure) for figure in figures],
    }


def _as_json(figure: Figure) -> dict[str, Any]:
    return {
        **{name: getattr(figure, name) for name in ("what", "value", "unit", "bar", "peer")},
        "missed": figure.missed,
        "samples": list(figure.samples),
    }


def _missed(outcome: Mapping[str, Any]) -> bool:
    return any(figure["missed"] for figure in outcome["figures"])


def _show(console: Console, outcomes: list[dict[str, Any]]) -> None:
    table = Table("what", title="Stockcast's bars")
    table.add_column("measured", justify="right")
    for column in ("bar", "peer", "verdict"):
        table.add_column(column)
    for outcome in outcomes:
        table.add_section()
        if outcome["failure"]:
            table.add_row(outcome["name"], "-", "", "", "[red]broke[/red]")
        for figure in outcome["figures"]:
            value = figure["value"]
            digits = f"{value:.0f}" if abs(value) >= _WHOLE_FROM else f"{value:.3g}"
            measured = f"{digits} {figure['unit']}".rstrip()
            table.add_row(figure["what"], measured, figure["bar"], figure["peer"], _verdict(figure))
    console.print(table)


def _verdict(figure: Mapping[str, Any]) -> str:
    if figure["missed"]:
        return "[red]MISSED[/red]"
    return "[green]met[/green]" if figure["bar"] else ""


if __name__ == "__main__":
    main()
