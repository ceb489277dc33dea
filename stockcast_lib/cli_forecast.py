"""The `stockcast forecast` command."""

import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Protocol

import typer

from stockcast_lib.core.jobs import DEFAULT_DAYS, DEFAULT_MODEL
from stockcast_lib.core.model_config import ModelConfig

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

    from stockcast_lib.api import FinishedForecast
    from stockcast_lib.core.jobs import JobState, Progress, Stage


class Change(Protocol):
    """What a job's change tells, wherever it comes from."""

    @property
    def stage(self) -> "Stage":
        """Where the job is."""

    @property
    def state(self) -> "JobState":
        """How it is there."""

    @property
    def progress(self) -> "Progress | None":
        """Which cell runs."""


class Forecasts(Protocol):
    """Where forecasts come from: the stack beside the command, or a gateway."""

    def forecast(
        self,
        ticker: str,
        days: int,
        *,
        model: str,
        params: Mapping[str, Any],
        progress: Callable[[Change], None],
    ) -> "FinishedForecast":
        """Ask, and wait."""

    def csv(self, job_id: str) -> bytes:
        """The path of a finished forecast, a row a session."""

    def notebook(self, job_id: str) -> bytes:
        """The executed notebook of a finished forecast."""


class LocalForecasts:
    """Those of the stack beside the command."""

    def forecast(
        self,
        ticker: str,
        days: int,
        *,
        model: str,
        params: Mapping[str, Any],
        progress: Callable[[Change], None],
    ) -> "FinishedForecast":
        """See `Forecasts.forecast`."""
        from stockcast_lib import api

        return api.forecast(ticker, days, model=model, progress=progress, **params)

    def csv(self, job_id: str) -> bytes:
        """See `Forecasts.csv`."""
        from stockcast_lib import wiring
        from stockcast_lib.api import stored_or_raise
        from stockcast_lib.evidence.path_csv import csv_body

        service = wiring.service()
        job = service.job(job_id)
        return csv_body(stored_or_raise(job, service.forecast(job)))

    def notebook(self, job_id: str) -> bytes:
        """See `Forecasts.notebook`."""
        from stockcast_lib import wiring
        from stockcast_lib.core.errors import StockcastError
        from stockcast_lib.core.jobs import Stage

        executed = wiring.service().notebook(job_id, Stage.FORECAST)
        if executed is None:
            raise StockcastError("The archive no longer holds the executed notebook.")
        return executed


def forecast(  # noqa: PLR0913, PLR0917 - each is an option of the command
    ticker: Annotated[str, typer.Argument(help="Such as AAPL.")],
    days: Annotated[int, typer.Option(help="Calendar days from the last session.")] = DEFAULT_DAYS,
    model: Annotated[str, typer.Option(help="The model notebook's name.")] = DEFAULT_MODEL,
    param: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE", help="A parameter of the model, such as interval=0.9; repeatable."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    png: Annotated[Path | None, typer.Option(help="Write the chart as a PNG.")] = None,
    csv: Annotated[Path | None, typer.Option(help="Write the path, a row a session.")] = None,
    notebook: Annotated[Path | None, typer.Option(help="Write the executed notebook.")] = None,
    api: Annotated[
        str | None,
        typer.Option(help="Ask the gateway at this URL, as STOCKCAST_API does."),
    ] = None,
) -> None:
    """Ask the running service for a forecast."""
    from stockcast_lib.api import summary

    params = _params(param or ())
    with _forecasts(api) as forecasts:
        with _bar() as bar:
            shown = _shown_on(bar)
            made = forecasts.forecast(ticker, days, model=model, params=params, progress=shown)
        if png:
            _write(png, made.picture)
        if csv:
            _write(csv, forecasts.csv(made.job_id))
        if notebook:
            _write(notebook, forecasts.notebook(made.job_id))
    typer.echo(made.result.to_json() if as_json else summary(made.result))


def _params(given: Iterable[str]) -> dict[str, Any]:
    """Values are JSON; what is not is a text, so that names need no quotes."""
    from stockcast_lib.core.errors import InvalidRequest

    params: dict[str, Any] = {}
    for each in given:
        name, equals, text = each.partition("=")
        # Other names of the Python call are options here.
        if not equals or name not in ModelConfig.model_fields:
            known = ", ".join(ModelConfig.model_fields)
            raise InvalidRequest(
                f"--param {each}: give NAME=VALUE, with one of {known}.", fields=[]
            )
        try:
            params[name] = json.loads(text)
        except ValueError:
            params[name] = text
    return params


def _forecasts(url: str | None) -> AbstractContextManager[Forecasts]:
    from stockcast_lib.cli_remote import remote_client

    return remote_client(url) or nullcontext(LocalForecasts())


def _bar() -> "Bar":
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    # Disabled elsewhere: it would print an empty line.
    return Progress(console=console, transient=True, disable=not console.is_interactive)


def _shown_on(bar: "Bar") -> Callable[[Change], None]:
    task = bar.add_task("queued", total=None)

    def show(change: Change) -> None:
        told = change.progress
        bar.update(
            task,
            description=f"{change.stage}: {change.state}",
            completed=told.cell if told else 0,
            total=told.cells if told else None,
        )

    return show


def _write(path: Path, data: bytes) -> None:
    from stockcast_lib.core.errors import InvalidRequest

    try:
        path.write_bytes(data)
    except OSError as error:
        raise InvalidRequest(f"{path} cannot be written: {error.strerror}.", fields=[]) from None
