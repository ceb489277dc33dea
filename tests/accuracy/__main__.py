"""`make accuracy`: every method on the bundled series, and docs/accuracy.md from what it shows.

Ends with status 1 when a bar is missed.
"""

import argparse
import os
import sys
from concurrent.futures import ProcessPoolExecutor

import pandas as pd
from rich.console import Console
from rich.progress import track

from tests.accuracy import document, protocol, tables


def main() -> None:
    """Measure, print, and write the document."""
    parser = argparse.ArgumentParser(prog="python -m tests.accuracy", description=__doc__)
    parser.add_argument("--tuning", action="store_true", help="the origins before 2009")
    parser.add_argument("--step", type=int, default=protocol.STEP, help="sessions between origins")
    parser.add_argument("--no-document", action="store_true", help="print only")
    asked = parser.parse_args()
    chosen = protocol.tasks(tuning=asked.tuning, step=asked.step)
    # Before numpy is imported in the workers: one core each.
    os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    with ProcessPoolExecutor() as pool:
        answers = pool.map(protocol.scores, chosen, chunksize=4)
        console = Console(stderr=True)
        rows = [
            row
            for answer in track(answers, "Forecasting", total=len(chosen), console=console)
            for row in answer
        ]
    measured = tables.table(pd.DataFrame(rows))
    bars = tables.bars(measured)
    print(measured.round(4).to_string(index=False))  # noqa: T201 - what the command is for
    print(bars.round(4).to_string(index=False))  # noqa: T201 - what the command is for
    if not (asked.tuning or asked.no_document):
        document.write(measured, bars)
    sys.exit(int((bars["value"] > bars["bar"]).any()))


if __name__ == "__main__":
    main()
