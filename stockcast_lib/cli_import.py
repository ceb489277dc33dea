"""The `stockcast import` command."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer


def import_prices(
    file: Annotated[Path, typer.Argument(help="A CSV, as Yahoo, Stooq, Tiingo or WIKI export it.")],
    ticker: Annotated[str, typer.Option(help="Whose prices they are.")],
) -> None:
    """Store prices of one's own; forecasts use them until a vendor has newer ones."""
    from stockcast_lib import wiring
    from stockcast_lib.adapters.symbol_list import refresh
    from stockcast_lib.adapters.vendors.csv_file import read_price_csv
    from stockcast_lib.core.errors import BadVendorData
    from stockcast_lib.core.jobs import MIN_DAYS, parse_request
    from stockcast_lib.core.symbols import Symbol
    from stockcast_lib.ingestion import keep_history

    now = datetime.now(UTC)
    wanted = parse_request({"ticker": ticker, "days": MIN_DAYS}).ticker
    try:
        history, notes = read_price_csv(file, wanted)
        version = keep_history(history, store=wiring.price_store(), now=now)
    except BadVendorData as error:
        # Here the data are the caller's.
        told = _with_advice(error.message, bad_rows=error.details.get("rows"))
        sys.stderr.write(f"stockcast: {told}\n")
        raise typer.Exit(2) from error
    wiring.price_board().publish(version)
    if wanted not in wiring.symbol_directory()():
        refresh(wiring.symbol_lists(), [lambda: [Symbol(wanted)]], now)
    for note in dict.fromkeys((*notes, *version.notes)):
        typer.echo(note)
    typer.echo(
        f"{version.rows:,} sessions of {wanted}, {version.first_session} to "
        f"{version.last_session}, stored as {version.key}"
    )


def _with_advice(message: str, *, bad_rows: int | None) -> str:
    if bad_rows is None:
        return message
    which = "that row" if bad_rows == 1 else "those rows"
    return f"{message} Correct or remove {which}, then import the file again."
