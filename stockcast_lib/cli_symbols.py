"""The `stockcast symbols` commands."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

symbols = typer.Typer(help="The directory of tickers and names.")


@symbols.command()
def refresh(
    file: Annotated[
        Path | None,
        typer.Option(help="A CSV with a header and the columns ticker, name and exchange."),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Drop what only the list before has.")
    ] = False,
) -> None:
    """Store the vendors' lists of symbols; what a file of one's own says goes before them."""
    from stockcast_lib import wiring
    from stockcast_lib.adapters.symbol_list import read_symbol_file, refresh
    from stockcast_lib.core.errors import BadSettings

    own = read_symbol_file(file) if file else None
    sources = [*wiring.symbol_sources()]
    if own is not None:
        sources.insert(0, lambda: own)
    if not sources:
        raise BadSettings("No configured vendor has a list of symbols: give one with --file.")
    lists = wiring.symbol_lists()
    before = lists.current()
    key, stored = refresh(lists, sources, datetime.now(UTC), keep=not replace)
    named = sum(bool(symbol.name) for symbol in stored)
    state = "unchanged" if key == before else "stored"
    typer.echo(f"{len(stored)} symbols, {named} with a name: {state} as {key}")
