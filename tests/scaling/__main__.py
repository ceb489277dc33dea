"""`make scaling`: a load test of one pod a kind, and docs/scaling.md from what it shows."""

import argparse
import json
import tempfile
from pathlib import Path

from rich.console import Console

from tests.bench.machine import Neighbours, git_commit, machine_facts
from tests.scaling import document
from tests.scaling.load import measure


def main() -> None:
    """Measure, print, and write the document."""
    parser = argparse.ArgumentParser(prog="python -m tests.scaling", description=__doc__)
    parser.add_argument("--jobs", type=int, default=150, help="new forecasts for each figure")
    parser.add_argument("--seconds", type=int, default=20, help="of repeated forecasts")
    parser.add_argument("--no-document", action="store_true", help="print only")
    asked = parser.parse_args()
    console, commit = Console(stderr=True), git_commit()
    neighbours = Neighbours()
    with tempfile.TemporaryDirectory(prefix="stockcast-scaling-") as folder:
        measured = measure(Path(folder), console.print, asked.jobs, asked.seconds)
    console.print(f"others kept {neighbours.cores():.1f} cores busy")
    print(json.dumps(measured.as_json(), indent=1))  # noqa: T201 - what the command is for
    if asked.no_document:
        print(document.text(measured, commit, machine_facts()))  # noqa: T201 - the same
    else:
        document.write(measured, commit, machine_facts())


if __name__ == "__main__":
    main()
