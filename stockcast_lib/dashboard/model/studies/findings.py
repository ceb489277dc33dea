"""What each study found, in words and in rows, as its reader writes numbers and days."""

from typing import Any

import pandas as pd

from stockcast_lib.charts.studies.words import column_text
from stockcast_lib.dashboard.model.studies.telling import (
    Findings,
    Table,
    amount,
    count,
    growth,
    on_day,
    plain,
    price,
    shares_held,
    span,
)
from stockcast_lib.dashboard.reader import Reader
from stockcast_lib.forecasting.studies.changepoints import Changepoints
from stockcast_lib.forecasting.studies.components import Components
from stockcast_lib.forecasting.studies.directions import Direction, NextDays
from stockcast_lib.forecasting.studies.evaluation import Evaluation
from stockcast_lib.forecasting.studies.extremes import PriceExtremes
from stockcast_lib.forecasting.studies.holding import Holding
from stockcast_lib.forecasting.studies.priors import PriorComparison, PriorValidation

_ADJUSTED = "By adjusted closes: dividends reinvested, splits allowed for, no costs or taxes."
_ALONE = "This is the model alone, not the forecast above, which starts from the last close."
_BACK = "The first change is from the last close, and so holds the way back to the model's curve."
_BARS = "The bars are changes in log price a year: 0.1 is some 10 % a year."
_ENDS = ("minimum", "maximum", "current")


def of_history(study: PriceExtremes, reader: Reader) -> Findings:
    """Each column's extremes and its last value."""
    rows = tuple(
        (
            column_text(row["column"]).capitalize(),
            *(f"{_value(study, row, end, reader)} on {on_day(row[f'{end}_date'], reader)}"
              for end in _ENDS),
        )
        for row in study.extremes.to_dict("records")
    )  # fmt: skip
    name, lowest, highest, last = rows[0]
    line = f"{name}: lowest {lowest}, highest {highest}, last {last}."
    table = Table("Extremes", ("Prices", "Lowest", "Highest", "Last"), rows)
    return Findings((line,), table if len(rows) > 1 else None)


def of_holding(study: Holding, reader: Reader) -> Findings:
    """The purchase, the sale and the profit."""
    paid, got = (price(study.frame["price"].iloc[at], reader) for at in (0, -1))
    bought = f"{shares_held(study.shares, reader)} bought on {reader.day(study.start)} at {paid}"
    sold = f"sold on {reader.day(study.end)} at {got}"
    profit = f"{amount(study.profit, reader)} ({reader.change(study.profit_percent / 100)})"
    return Findings((f"{bought} and {sold}: {profit}.", _ADJUSTED))


def of_priors(study: PriorComparison, reader: Reader) -> Findings:
    """What each scale forecasts for the last day."""
    last = study.curves["date"].iloc[-1]
    at_end = study.curves[study.curves["date"] == last].to_dict("records")
    rows = tuple(
        (plain(row["prior"], reader), price(row["price"], reader), _band(row, reader))
        for row in at_end
    )
    prices = [row["price"] for row in at_end]
    day, close = on_day(last, reader), price(study.observations.iloc[-1], reader)
    said = f"{price(min(prices), reader)} to {price(max(prices), reader)}"
    head = ("Prior scale", "Price", f"{reader.level(study.config.interval)} band")
    line = f"For {day} the models say {said}; the last close is {close}."
    return Findings((line, _ALONE), Table(f"Forecasts for {day}", head, rows))


def of_validation(study: PriorValidation, reader: Reader) -> Findings:
    """The best scale beside the naive forecast, and all of them."""
    rows = tuple(
        (
            plain(row["prior"], reader),
            *(price(row[name], reader) for name in ("test_error", "train_error", "test_band")),
            reader.share(row["test_coverage"], 0),
        )
        for row in study.frame.to_dict("records")
    )
    head = ("Prior scale", "Error in the test", "Error in training", "Width of the band",
            "Closes in the band")  # fmt: skip
    smallest = price(study.frame["test_error"].min(), reader)
    naive = price(study.naive_error, reader)
    best = (
        f"The smallest mean error in the test is {smallest}, with {plain(study.best, reader)}; "
        f"the naive forecast's is {naive}."
    )
    spans = (
        f"Trained on {span(study.training.index, reader)}, tested on "
        f"{span(study.test.index, reader)}; one test is no proof that it will be so again."
    )
    return Findings((best, spans), Table("Each prior scale", head, rows))


def of_changepoints(study: Changepoints, reader: Reader) -> Findings:
    """The largest turns of the trend."""
    rows = tuple(
        (
            on_day(row["date"], reader),
            growth(row["rate_before"], reader),
            growth(row["rate_after"], reader),
        )
        for row in study.changepoints.to_dict("records")
    )
    moved = _moved_with(study, reader)
    if not rows:
        return Findings(("The fitted trend never changes its rate.", *moved))
    day, before, after = rows[0]
    line = f"The trend turned most on {day}: from {before} to {after} a year."
    head = ("Changepoint", "Before", "After")
    return Findings((line, *moved, _BARS), Table("The trend's growth a year", head, rows))


def of_evaluation(study: Evaluation, reader: Reader) -> Findings:
    """The errors, the band, the directions and the trades."""
    said, came, test, naive, training = (
        price(each, reader)
        for each in (
            study.final_predicted, study.final_actual, study.test_error, study.naive_error,
            study.train_error,
        )
    )  # fmt: skip
    final = f"For {reader.day(study.final_date)} the model alone said {said}; it came to {came}."
    errors = (
        f"Its mean error in the test was {test}, the naive forecast's {naive}; in training it was "
        f"{training}."
    )
    return Findings((final, errors, _held(study, reader), _hits(study, reader),
                     _traded(study, reader)))  # fmt: skip


def of_next_days(study: NextDays, reader: Reader) -> Findings:
    """How many rises and falls, and each session."""
    rises, falls = (
        int((study.frame["direction"] == way).sum()) for way in (Direction.RISE, Direction.FALL)
    )
    rows = tuple(
        (
            reader.weekday(pd.Timestamp(row["date"]).date()),
            price(row["price"], reader),
            amount(row["change"], reader),
            _band(row, reader),
        )
        for row in study.frame.to_dict("records")
    )
    ways = f"{count(rises, 'rise', reader)} and {count(falls, 'fall', reader)}"
    close = f"{price(study.last_price, reader)}, on {reader.day(study.as_of)}"
    line = f"From one session to the next {ways}; the last close is {close}."
    head = ("Session", "Price", "Change", f"{reader.level(study.config.interval)} band")
    return Findings((line, f"{_ALONE} {_BACK}"), Table("The next sessions", head, rows))


def of_components(study: Components, reader: Reader) -> Findings:
    """How far each term moves the price."""
    if not study.terms:
        return Findings(("The model is its trend alone.",))
    rows = tuple(
        (
            term.capitalize(),
            reader.change(study.frame[term].min() / 100),
            reader.change(study.frame[term].max() / 100),
        )
        for term in study.terms
    )
    sizes = {term: float(study.frame[term].abs().to_numpy().max()) for term in study.terms}
    widest = max(study.terms, key=sizes.__getitem__)
    most = reader.share(sizes[widest] / 100)
    line = f"The {widest} term moves the price most, by up to {most}."
    head = ("Term", "At its lowest", "At its highest")
    return Findings((line,), Table("What each term does to the price", head, rows))


def _moved_with(study: Changepoints, reader: Reader) -> tuple[str, ...]:
    if study.interest is None:
        return ()
    if study.correlation is None:
        return ("The interest has too few changes to say whether it moves with the price.",)
    sign = "\N{MINUS SIGN}" if study.correlation < 0 else ""
    told = f"{sign}{reader.number(abs(study.correlation), 2)}"
    return (f"The interest's changes and the price's have a correlation of {told}, from -1 to 1.",)


def _value(study: PriceExtremes, row: Any, end: str, reader: Reader) -> str:
    value = float(row[end])
    if study.percent:
        return reader.change(value / 100)
    return reader.number(value) if row["column"] == "volume" else reader.price(value)


def _band(row: Any, reader: Reader) -> str:
    return f"{price(row['lower'], reader)} to {price(row['upper'], reader)}"


def _held(study: Evaluation, reader: Reader) -> str:
    test, training = (reader.share(each, 0) for each in (study.test_coverage, study.train_coverage))
    level, closes = reader.level(study.config.interval), reader.number(len(study.test))
    return f"The {level} band held {test} of the {closes} closes ({training} in training)."


def _hits(study: Evaluation, reader: Reader) -> str:
    if study.hit_rate is None or study.rise_rate is None:
        return "The price never moved."
    hits, rises = (reader.share(each, 0) for each in (study.hit_rate, study.rise_rate))
    return f"Its direction was right {hits} of the time; always saying a rise, {rises}."


def _traded(study: Evaluation, reader: Reader) -> str:
    cost = count(study.cost_basis_points, "basis point", reader)
    return (
        f"{shares_held(study.shares, reader)} held whenever it said a rise: "
        f"{amount(study.strategy_profit, reader)}, with {count(study.trades, 'trade', reader)}; "
        f"held all the time: {amount(study.buy_and_hold_profit, reader)}; each trade at {cost}."
    )
