"""The `stockcast import` command."""

import sys
from pathlib import Path
from typing import Annotated

import typer


def import_prices(
    file: Annotated[Path, typer.Argument(help="A CSV, as Yahoo, Stooq, Tiingo or WIKI export it.")],
    ticker: Annotated[str, typer.Option(help="Whose prices they are.")],
) -> None:
    """Store prices of one's own; forecasts use them until a vendor has newer ones."""
    from stockcast_lib.api import import_prices as imported
    from stockcast_lib.core.errors import BadVendorData

    try:
        version = imported(file, ticker).version
    except BadVendorData as error:
        # Here the data are the caller's.
        told = _with_advice(error.message, bad_rows=error.details.get("rows"))
        sys.stderr.write(f"stockcast: {told}\n")
        raise typer.Exit(2) from error
    for note in version.notes:
        typer.echo(note)
    typer.echo(
        f"{version.rows:,} sessions of {version.ticker}, {version.first_session} to "
        f"{version.last_session}, stored as {version.key}"
    )


def _with_advice(message: str, *, bad_rows: int | None) -> str:
    if bad_rows is None:
        return message
    which = "that row" if bad_rows == 1 else "those rows"
    return f"{message} Correct or remove {which}, then import the file again."
