"""The `stockcast check` command."""

import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stockcast_lib.cli_files import read_file

if TYPE_CHECKING:
    from stockcast_lib.core.contract import Contract, Fault

_TICKER = "AAPL"

NotebookFile = Annotated[Path, typer.Argument(help="A notebook's file.")]


def check(
    notebook: NotebookFile,
    no_run: Annotated[
        bool, typer.Option("--no-run", help="Look at the notebook only; do not run it.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Check a model notebook against the notebook contract, and run it on bundled prices."""
    from stockcast_lib.core.contract import check_contract, read_notebook
    from stockcast_lib.logs import configure_logs

    configure_logs(logging.WARNING)
    contract = check_contract(read_notebook(read_file(notebook), notebook.name))
    # What breaks the rules would only fail in a way that is harder to read.
    faults = list(contract.faults)
    if not faults and not no_run:
        faults = _run_faults(notebook)
    if as_json:
        typer.echo(json.dumps(_document(contract, faults), default=str))
    else:
        _tell(notebook, contract, faults, ran=not no_run)
    if faults:
        raise typer.Exit(1)


def _run_faults(notebook: Path) -> "list[Fault]":
    from rich.console import Console

    from stockcast_lib import wiring
    from stockcast_lib.publishing.rehearsal import Failed, rehearse
    from stockcast_lib.stack.sample_store import sample_store

    console = Console(stderr=True)
    with console.status(f"Running {notebook.name} on {_TICKER}"), sample_store(_TICKER) as store:
        runner = wiring.rehearsal_runner(store.environment)
        try:
            rehearse(runner, notebook, store.version)
        except Failed as failed:
            if failed.cause.retryable:
                raise failed.cause from None
            return [failed.fault]
        finally:
            runner.close()
    return []


def _document(contract: "Contract", faults: "list[Fault]") -> dict[str, object]:
    return {
        "ok": not faults,
        "faults": [fault.document() for fault in faults],
        "parameters": dict(contract.parameters),
        "extras": list(contract.extras),
    }


def _tell(notebook: Path, contract: "Contract", faults: "list[Fault]", *, ran: bool) -> None:
    for fault in faults:
        typer.echo(f"{notebook.name}: {fault}")
    for name in contract.extras:
        typer.echo(f"{notebook.name}: {name} = {contract.parameters[name]!r} is its own parameter")
    if not faults:
        how = f"and ran on {_TICKER}" if ran else "and was not run"
        typer.echo(f"{notebook.name} keeps the notebook contract {how}.")
