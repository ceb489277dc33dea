"""The `stockcast backtest` command."""

from typing import Annotated

import typer

from stockcast_lib.cli_tables import print_table
from stockcast_lib.core.jobs import DEFAULT_DAYS


def backtest(
    ticker: Annotated[str, typer.Argument(help="Such as AAPL.")],
    days: Annotated[int, typer.Option(help="Calendar days ahead.")] = DEFAULT_DAYS,
    preset: Annotated[
        str | None, typer.Option(help="A known configuration instead of the default one.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the measures as JSON.")] = False,
) -> None:
    """Show how past forecasts of a ticker did, beside the last price unchanged."""
    from rich.console import Console
    from rich.table import Table

    from stockcast_lib import api
    from stockcast_lib.charts.skill_table import HEAD, measures
    from stockcast_lib.core.errors import InvalidRequest
    from stockcast_lib.core.model_config import PRESETS

    if preset is not None and preset not in PRESETS:
        raise InvalidRequest(f"There is no preset {preset!r}: choose of {', '.join(PRESETS)}.")
    params = PRESETS[preset].overrides() if preset else {}
    progress = Console(stderr=True)
    with progress.status(f"Testing past forecasts of {ticker}"):
        skill = api.backtest(ticker, days, **params).skill
    if as_json:
        typer.echo(skill.model_dump_json(by_alias=True))
        return
    table = Table(*HEAD)
    for horizon in skill.horizons:
        table.add_row(*measures(horizon))
    print_table(table)
    typer.echo(f"{ticker} in {days} days: {skill.verdict}")
