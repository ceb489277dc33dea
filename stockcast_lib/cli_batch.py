"""The `stockcast batch` command."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stockcast_lib.cli_files import STANDARD_INPUT, read_file
from stockcast_lib.core.jobs import DEFAULT_DAYS, DEFAULT_MODEL

if TYPE_CHECKING:
    from stockcast_lib.batches import Ask, Batch, Entry
    from stockcast_lib.core.jobs import ForecastRequest

_PARQUET, _PAGE = "forecasts.parquet", "report.html"
_SOME_FAILED = 1


def batch(
    file: Annotated[
        Path, typer.Argument(help="Tickers, one a line, # for remarks; - for standard input.")
    ],
    days: Annotated[int, typer.Option(help="Calendar days from the last session.")] = DEFAULT_DAYS,
    model: Annotated[str, typer.Option(help="The model notebook's name.")] = DEFAULT_MODEL,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Where results are kept; with the same one again, only what is not there is "
            "asked for. By default FILE's name with -forecasts."
        ),
    ] = None,
    api: Annotated[
        str | None,
        typer.Option(help="Ask the gateway at this URL, as STOCKCAST_API does."),
    ] = None,
) -> None:
    """Forecast many tickers behind everybody else: one Parquet file and one page."""
    from stockcast_lib.batches import Journal, requests_for, run_batch, tickers_in

    requests = requests_for(tickers_in(_text(file)), days, model, {})
    folder = out or Path(f"{'batch' if file == STANDARD_INPUT else file.stem}-forecasts")
    with _asked(api) as ask, Journal(folder) as journal, _progress(requests) as told:
        made = run_batch(requests, ask, journal, told)
        _write(made, folder)
    typer.echo(f"{made!r}: {folder / _PARQUET}, {folder / _PAGE}")
    for entry in made.failed:
        typer.echo(f"{entry.request.ticker}: {entry.why_not}", err=True)
    if made.failed:
        raise typer.Exit(_SOME_FAILED)


def _text(file: Path) -> str:
    from stockcast_lib.core.errors import InvalidRequest

    data = read_file(file)
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise InvalidRequest(f"{file} is not text in UTF-8.", fields=[]) from None


@contextmanager
def _asked(url: str | None) -> "Iterator[Ask]":
    from stockcast_lib.api.batches import LONGEST_WAIT, ServiceForecasts
    from stockcast_lib.cli_remote import remote_client

    remote = remote_client(url)
    if remote is None:
        from stockcast_lib import wiring

        yield ServiceForecasts(wiring.service())
        return
    with remote as client:
        client.recent(limit=1)  # a gateway that is not there is told once, not for each ticker
        yield lambda request: client.result(request, timeout=LONGEST_WAIT)


@contextmanager
def _progress(requests: "Sequence[ForecastRequest]") -> "Iterator[Callable[[Entry], None]]":
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    bar = Progress(
        *columns, TimeRemainingColumn(), console=console, disable=not console.is_interactive
    )
    with bar:
        task, failed = bar.add_task("forecasts", total=len(requests)), 0

        def told(entry: "Entry") -> None:
            nonlocal failed
            failed += not entry.done
            words = f"forecasts, {failed} failed" if failed else "forecasts"
            bar.update(task, advance=1, description=words)

        yield told


def _write(made: "Batch", folder: Path) -> None:
    from stockcast_lib.core.errors import InvalidRequest

    try:
        for name, data in ((_PARQUET, made.parquet()), (_PAGE, made.page().encode())):
            # A reader sees the old one or the new one, never half of it.
            part = folder / f"{name}.part"
            part.write_bytes(data)
            part.replace(folder / name)
    except OSError as error:
        raise InvalidRequest(f"{folder} cannot be written: {error.strerror}.", fields=[]) from None
