"""The options that several studies take."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

_DAY = ["%Y-%m-%d"]

Ticker = Annotated[str, typer.Argument(help="Such as AAPL.")]
Start = Annotated[datetime | None, typer.Option(formats=_DAY, help="First day; any day will do.")]
End = Annotated[datetime | None, typer.Option(formats=_DAY, help="Last day; any day will do.")]
Shares = Annotated[float, typer.Option(help="How many shares.")]
Years = Annotated[float, typer.Option(help="Years of history to train on.")]
Scale = Annotated[float, typer.Option(help="How readily the trend may bend.")]
Scales = Annotated[
    list[float] | None, typer.Option("--prior", help="A changepoint prior scale; give any number.")
]
Level = Annotated[float, typer.Option(help="The level of the band.")]
Html = Annotated[Path | None, typer.Option(help="Write the chart as one page that works offline.")]
Csv = Annotated[Path | None, typer.Option(help="Write the study's main table.")]
Json = Annotated[bool, typer.Option("--json", help="Print everything as JSON.")]


def day(moment: datetime | None) -> date | None:
    """The day that an option gives."""
    return moment.date() if moment else None
