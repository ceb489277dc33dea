"""The `stockcast study` commands."""

import typer

from stockcast_lib.cli_study.models import changepoints, components, evaluation, next_days
from stockcast_lib.cli_study.prices import buy_and_hold, history
from stockcast_lib.cli_study.scales import priors, validation

_TEST = "The test is the year up to the last session, unless other days are given."

study = typer.Typer(
    help="Studies of one ticker's stored prices, such as `stockcast study evaluation AAPL`."
)
study.command()(history)
study.command()(buy_and_hold)
study.command()(priors)
study.command(epilog=_TEST)(validation)
study.command(epilog=_TEST)(evaluation)
study.command()(changepoints)
study.command()(next_days)
study.command()(components)
