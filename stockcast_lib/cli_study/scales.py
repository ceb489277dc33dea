"""Studies of the changepoint prior scale."""

from typing import Annotated

import typer

from stockcast_lib.cli_study.options import (
    Csv,
    End,
    Html,
    Json,
    Level,
    Scales,
    Start,
    Ticker,
    Years,
    day,
)


def priors(  # noqa: PLR0913, PLR0917 - each is an option of the command
    ticker: Ticker,
    prior: Scales = None,
    days: Annotated[int, typer.Option(min=1, help="Calendar days to forecast.")] = 90,
    training_years: Years = 3.0,
    interval: Level = 0.8,
    html: Html = None,
    csv: Csv = None,
    as_json: Json = False,
) -> None:
    """The model's curve and forecast with each of several changepoint prior scales."""
    from stockcast_lib.charts.studies import comparison_figure, words
    from stockcast_lib.cli_study.output import Found, Output, show
    from stockcast_lib.cli_study.source import asked
    from stockcast_lib.forecasting.studies import compare_priors
    from stockcast_lib.forecasting.studies.priors import DEFAULT_SCALES

    history, config = asked(ticker, training_years=training_years, interval=interval)
    made = compare_priors(history.adjusted_close, prior or DEFAULT_SCALES, days, config)
    at_end = made.curves[made.curves["date"] == made.curves["date"].iloc[-1]]
    found = Found(
        made,
        comparison_figure,
        words.comparison_lines,
        made.curves,
        at_end[["prior", "date", "price", "lower", "upper"]],
    )
    show(found, history, "priors", Output(html, csv, as_json))


def validation(  # noqa: PLR0913, PLR0917 - each is an option of the command
    ticker: Ticker,
    prior: Scales = None,
    start: Start = None,
    end: End = None,
    training_years: Years = 3.0,
    interval: Level = 0.8,
    html: Html = None,
    csv: Csv = None,
    as_json: Json = False,
) -> None:
    """Each changepoint prior scale's errors and band widths on sessions held out of the fit."""
    from stockcast_lib.charts.studies import validation_figure, words
    from stockcast_lib.cli_study.output import Found, Output, show
    from stockcast_lib.cli_study.source import asked
    from stockcast_lib.forecasting.studies import validate_priors
    from stockcast_lib.forecasting.studies.priors import DEFAULT_SCALES

    history, config = asked(ticker, training_years=training_years, interval=interval)
    made = validate_priors(
        history.adjusted_close, prior or DEFAULT_SCALES, day(start), day(end), config
    )
    found = Found(made, validation_figure, words.validation_lines, made.frame, made.frame)
    show(found, history, "validation", Output(html, csv, as_json))
