"""Studies of the prices themselves."""

from typing import Annotated

import typer

from stockcast_lib.cli_study.options import Csv, End, Html, Json, Shares, Start, Ticker, day


def history(  # noqa: PLR0913, PLR0917 - each is an option of the command
    ticker: Ticker,
    column: Annotated[
        list[str] | None, typer.Option(help="A column, such as close or volume; give any number.")
    ] = None,
    percent: Annotated[
        bool, typer.Option("--percent", help="Show the change since the first day in per cent.")
    ] = False,
    start: Start = None,
    end: End = None,
    html: Html = None,
    csv: Csv = None,
    as_json: Json = False,
) -> None:
    """Prices over time, with their lowest and highest values and when these were."""
    from stockcast_lib.charts.studies import extremes_figure, words
    from stockcast_lib.cli_study.output import Found, Output, show
    from stockcast_lib.cli_study.source import asked
    from stockcast_lib.forecasting.studies import price_extremes

    prices, _ = asked(ticker)
    columns = column or ["adjusted_close"]
    made = price_extremes(prices.frame, columns, percent=percent, start=day(start), end=day(end))
    found = Found(
        made,
        extremes_figure,
        words.extremes_lines,
        made.frame.reset_index(),
        made.extremes,
    )
    show(found, prices, "history", Output(html, csv, as_json))


def buy_and_hold(  # noqa: PLR0913, PLR0917 - each is an option of the command
    ticker: Ticker,
    shares: Shares = 1.0,
    start: Start = None,
    end: End = None,
    html: Html = None,
    csv: Csv = None,
    as_json: Json = False,
) -> None:
    """The profit of shares bought on one day and sold on another, by adjusted closes.

    Days without a session move: the start to the next session, the end to the one before.
    """
    from stockcast_lib.charts.studies import holding_figure, words
    from stockcast_lib.cli_study.output import Found, Output, show
    from stockcast_lib.cli_study.source import asked
    from stockcast_lib.forecasting.studies import buy_and_hold

    prices, _ = asked(ticker)
    made = buy_and_hold(prices.adjusted_close, shares, day(start), day(end))
    found = Found(made, holding_figure, words.holding_lines, made.frame)
    show(found, prices, "buy-and-hold", Output(html, csv, as_json))
