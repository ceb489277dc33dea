"""Studies of one fitted model."""

from pathlib import Path
from typing import Annotated

import typer

from stockcast_lib.cli_study.options import (
    Csv,
    End,
    Html,
    Json,
    Level,
    Scale,
    Shares,
    Start,
    Ticker,
    Years,
    day,
)


def evaluation(  # noqa: PLR0913, PLR0917 - each is an option of the command
    ticker: Ticker,
    shares: Shares = 1.0,
    cost: Annotated[
        float, typer.Option(help="Cost of each trade, in basis points of its value.")
    ] = 5.0,
    start: Start = None,
    end: End = None,
    training_years: Years = 3.0,
    changepoint_prior_scale: Scale = 0.05,
    interval: Level = 0.8,
    html: Html = None,
    csv: Csv = None,
    as_json: Json = False,
) -> None:
    """A forecast against what came: errors, band, directions, and a strategy's profit."""
    from stockcast_lib.charts.studies import evaluation_figure, words
    from stockcast_lib.cli_study.output import Found, Output, show
    from stockcast_lib.cli_study.source import asked
    from stockcast_lib.forecasting.studies import evaluate

    history, config = asked(
        ticker,
        training_years=training_years,
        changepoint_prior_scale=changepoint_prior_scale,
        interval=interval,
    )
    made = evaluate(
        history.adjusted_close,
        start=day(start),
        end=day(end),
        shares=shares,
        cost_basis_points=cost,
        config=config,
    )
    found = Found(made, evaluation_figure, words.evaluation_lines, made.test)
    show(found, history, "evaluation", Output(html, csv, as_json))


def changepoints(  # noqa: PLR0913, PLR0917 - each is an option of the command
    ticker: Ticker,
    count: Annotated[int, typer.Option(min=1, help="At most so many.")] = 10,
    interest: Annotated[
        Path | None, typer.Option(help="A CSV with the columns date and value, to lay over.")
    ] = None,
    training_years: Years = 3.0,
    changepoint_prior_scale: Scale = 0.05,
    html: Html = None,
    csv: Csv = None,
    as_json: Json = False,
) -> None:
    """The largest changes of the trend's rate (in log price a year), and when they were."""
    from stockcast_lib.charts.studies import changepoints_figure, words
    from stockcast_lib.cli_study.output import Found, Output, show
    from stockcast_lib.cli_study.source import asked, read_interest
    from stockcast_lib.forecasting.studies import largest_changepoints

    series = read_interest(interest) if interest else None
    history, config = asked(
        ticker, training_years=training_years, changepoint_prior_scale=changepoint_prior_scale
    )
    made = largest_changepoints(history.adjusted_close, count, config, series)
    figure, lines = changepoints_figure, words.changepoint_lines
    found = Found(made, figure, lines, made.changepoints, made.changepoints)
    show(found, history, "changepoints", Output(html, csv, as_json))


def next_days(  # noqa: PLR0913, PLR0917 - each is an option of the command
    ticker: Ticker,
    sessions: Annotated[int, typer.Option(min=1, help="Sessions after the last one.")] = 10,
    training_years: Years = 3.0,
    changepoint_prior_scale: Scale = 0.05,
    interval: Level = 0.8,
    html: Html = None,
    csv: Csv = None,
    as_json: Json = False,
) -> None:
    """The next sessions' predicted prices, rises and falls, with their bands."""
    from stockcast_lib.charts.studies import next_days_figure, words
    from stockcast_lib.cli_study.output import Found, Output, show
    from stockcast_lib.cli_study.source import asked
    from stockcast_lib.forecasting.studies import next_days

    history, config = asked(
        ticker,
        training_years=training_years,
        changepoint_prior_scale=changepoint_prior_scale,
        interval=interval,
    )
    made = next_days(history.adjusted_close, sessions, config)
    found = Found(made, next_days_figure, words.next_days_lines, made.frame, made.frame)
    show(found, history, "next-days", Output(html, csv, as_json))


def components(  # noqa: PLR0913, PLR0917 - each is an option of the command
    ticker: Ticker,
    weekly: Annotated[bool, typer.Option("--weekly", help="Fit a weekly term as well.")] = False,
    training_years: Years = 3.0,
    changepoint_prior_scale: Scale = 0.05,
    html: Html = None,
    csv: Csv = None,
    as_json: Json = False,
) -> None:
    """The fitted model's trend, and what each seasonal term does to the price in per cent."""
    from stockcast_lib.charts.studies import components_figure, words
    from stockcast_lib.cli_study.output import Found, Output, show
    from stockcast_lib.cli_study.source import asked
    from stockcast_lib.forecasting.studies import model_components

    history, config = asked(
        ticker,
        weekly_seasonality=weekly,
        training_years=training_years,
        changepoint_prior_scale=changepoint_prior_scale,
    )
    made = model_components(history.adjusted_close, config)
    found = Found(made, components_figure, words.components_lines, made.frame)
    show(found, history, "components", Output(html, csv, as_json))
