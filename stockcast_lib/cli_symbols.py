"""The `stockcast symbols` commands."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from stockcast_lib.core.symbols import Symbol

symbols = typer.Typer(help="The directory of tickers and names.")


@symbols.command()
def search(
    query: Annotated[str, typer.Argument(help="A ticker, a name, or parts of them.")],
    api: Annotated[
        str | None,
        typer.Option(help="Ask the gateway at this URL, as STOCKCAST_API does."),
    ] = None,
) -> None:
    """Search the directory by ticker or name, the best matches first."""
    for symbol in _found(query, api):
        typer.echo(f"{symbol.ticker}\t{symbol.name}\t{symbol.exchange}".rstrip())


def _found(query: str, api: str | None) -> "list[Symbol]":
    from stockcast_lib.cli_remote import remote_client

    client = remote_client(api)
    if client is None:
        from stockcast_lib import wiring

        return wiring.symbol_directory().fresh().search(query)
    with client:
        return client.symbols(query)


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
