"""The `stockcast demo` command."""

from pathlib import Path
from typing import Annotated

import typer

_DataDir = Annotated[
    Path, typer.Option("--data-dir", help="Where Redis and S3 keep their data and credentials.")
]


def demo(data_dir: _DataDir = Path(".stockcast")) -> None:
    """Run a small stack for a Jupyter server, in a shell: `. <(exec stockcast demo)`."""
    from stockcast_lib.stack.demo import run_demo

    run_demo(data_dir)
