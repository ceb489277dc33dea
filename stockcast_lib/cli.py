"""The `stockcast` command. Exit status: 0, 1 (it failed) or 2 (what it was given is wrong).

Each command imports what it needs when it runs, so that `--help` is quick.
"""

import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from stockcast_lib.cli_backtest import backtest
from stockcast_lib.cli_backup import backup, restore
from stockcast_lib.cli_batch import batch
from stockcast_lib.cli_challenger import challenger
from stockcast_lib.cli_check import check
from stockcast_lib.cli_dashboard import dashboard
from stockcast_lib.cli_demo import demo
from stockcast_lib.cli_doctor import doctor
from stockcast_lib.cli_forecast import forecast
from stockcast_lib.cli_import import import_prices
from stockcast_lib.cli_jobs import jobs
from stockcast_lib.cli_lab import lab
from stockcast_lib.cli_models import diff, list_models, promote, publish
from stockcast_lib.cli_score import score
from stockcast_lib.cli_study import study
from stockcast_lib.cli_symbols import symbols
from stockcast_lib.cli_vendors import vendors

app = typer.Typer(
    name="stockcast",
    help="Stock forecasts from notebooks.",
    add_completion=False,
    pretty_exceptions_enable=False,
)


_INTERRUPTED = 130  # what a shell shows of a command that Ctrl-C has ended


def main() -> None:
    """Run the command line; whatever goes wrong is one line on stderr."""
    try:
        status = app(prog_name="stockcast", standalone_mode=False)
    except KeyboardInterrupt:
        status = _INTERRUPTED
    except Exception as error:  # noqa: BLE001  # nobody is to read a traceback
        _report(error)
    # typer gives Ctrl-C back as this status.
    if status == _INTERRUPTED:
        _fail("interrupted", _INTERRUPTED)
    raise SystemExit(status)


def _report(error: Exception) -> NoReturn:
    from stockcast_lib.core.errors import Fault, StockcastError

    if isinstance(error, typer.TyperException):
        _report_usage(error)
    if isinstance(error, StockcastError):
        _fail(error.message, status=2 if error.fault is Fault.CALLER else 1)
    _fail(f"internal error: {type(error).__name__}: {error}", status=1)


def _report_usage(error: typer.TyperException) -> NoReturn:
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "stockcast"
    wrong = error.format_message().rstrip(".")
    _fail(f"{wrong}: `{command} --help` shows what it takes.", status=2)


def _fail(message: str, status: int) -> NoReturn:
    sys.stderr.write(f"stockcast: {' '.join(message.split())}\n")
    raise SystemExit(status)


def _version() -> str:
    try:
        return version("stockcast")
    except PackageNotFoundError:
        return "(not installed)"


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"stockcast {_version()}")
        raise typer.Exit


@app.callback()
def _options(
    _show: Annotated[
        bool,
        typer.Option("--version", help="Show the version.", callback=_show_version, is_eager=True),
    ] = False,
) -> None:
    pass


_Port = Annotated[
    int, typer.Option("--port", min=0, max=65535, help="Port of the dashboard; 0: any free one.")
]
_ApiPort = Annotated[
    int, typer.Option("--api-port", min=0, max=65535, help="Port of the API; 0: any free one.")
]
_DataDir = Annotated[
    Path, typer.Option("--data-dir", help="Where Redis and S3 keep their data and credentials.")
]
_Workers = Annotated[int, typer.Option("--workers", min=1, max=64, help="Workers of each stage.")]


@app.command()
def up(
    port: _Port = 8866,
    api_port: _ApiPort = 8000,
    data_dir: _DataDir = Path(".stockcast"),
    workers: _Workers = 1,
    no_dashboard: Annotated[
        bool, typer.Option("--no-dashboard", help="Run without the dashboard.")
    ] = False,
) -> None:
    """Run the whole service on this machine until Ctrl-C."""
    from stockcast_lib.stack.up import UpOptions, run_stack

    run_stack(UpOptions(None if no_dashboard else port, api_port, data_dir, workers))


app.command()(dashboard)
app.command(hidden=True)(demo)
app.command()(doctor)


app.command()(forecast)
app.command()(backtest)
app.command()(check)
app.command()(publish)
app.command()(promote)
app.command()(challenger)
app.command("models")(list_models)
app.command()(diff)
app.command()(batch)
app.command("import")(import_prices)
app.command()(lab)
app.command()(score)
app.command()(backup)
app.command()(restore)
app.add_typer(study, name="study")
app.add_typer(symbols, name="symbols")
app.add_typer(jobs, name="jobs")
app.add_typer(vendors, name="vendors")


if __name__ == "__main__":
    main()
