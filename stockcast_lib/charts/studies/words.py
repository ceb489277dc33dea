"""What each study found, in words: lines for a figure's head and for a terminal."""

from collections.abc import Hashable
from typing import Any

from stockcast_lib.charts import appearance as look
from stockcast_lib.forecasting.studies.changepoints import Changepoints
from stockcast_lib.forecasting.studies.components import Components
from stockcast_lib.forecasting.studies.directions import Direction, NextDays
from stockcast_lib.forecasting.studies.evaluation import Evaluation
from stockcast_lib.forecasting.studies.extremes import PriceExtremes
from stockcast_lib.forecasting.studies.holding import Holding
from stockcast_lib.forecasting.studies.priors import PriorComparison, PriorValidation

_LINES_OF_EXTREMES = 4


def extremes_lines(study: PriceExtremes) -> tuple[str, ...]:
    """Each column's lowest, highest and current value, and when."""
    rows = study.extremes.to_dict("records")[:_LINES_OF_EXTREMES]
    return tuple(
        f"{column_text(row['column'])}: lowest {_value(study, row, 'minimum')} on "
        f"{look.day_text(row['minimum_date'])}, highest {_value(study, row, 'maximum')} on "
        f"{look.day_text(row['maximum_date'])}, {_value(study, row, 'current')} on "
        f"{look.day_text(row['current_date'])}"
        for row in rows
    )


def holding_lines(study: Holding) -> tuple[str, ...]:
    """What was bought and sold, the profit, and by which prices."""
    first, last = study.frame["price"].iloc[0], study.frame["price"].iloc[-1]
    return (
        (
            f"{shares_text(study.shares)} bought on {look.day_text(study.start)} at "
            f"{look.price_text(first)}, sold on {look.day_text(study.end)} at "
            f"{look.price_text(last)}: {amount_text(study.profit)} ({study.profit_percent:+,.1f} %)"
        ),
        "by adjusted closes: dividends reinvested, splits allowed for, no costs",
    )


def comparison_lines(study: PriorComparison) -> tuple[str, ...]:
    """What each scale forecasts for the last session."""
    last = study.curves["date"].iloc[-1]
    at_end = study.curves[study.curves["date"] == last]
    told = ", ".join(
        f"{look.price_text(row['price'])} with {row['prior']:g}"
        for row in at_end.to_dict("records")
    )
    return (
        f"forecast for {look.day_text(last)}: {told}",
        f"last close {look.price_text(study.observations.iloc[-1])}",
    )


def validation_lines(study: PriorValidation) -> tuple[str, ...]:
    """The scale that did best, beside the naive forecast, and the windows."""
    smallest = look.price_text(study.frame["test_error"].min())
    return (
        (
            f"smallest test error {smallest}, with {study.best:g}; "
            f"naive forecast {look.price_text(study.naive_error)}"
        ),
        f"trained on {_span(study.training.index)}; tested on {_span(study.test.index)}",
    )


def evaluation_lines(study: Evaluation) -> tuple[str, ...]:
    """The errors, the band, the directions and the trades."""
    day, predicted, actual = study.final_date, study.final_predicted, study.final_actual
    errors = (
        f"training {look.price_text(study.train_error)}, test {look.price_text(study.test_error)}, "
        f"naive forecast {look.price_text(study.naive_error)}"
    )
    held = f"{share_text(study.test_coverage)} of the {_count(len(study.test), 'test close')}"
    profits = (
        f"strategy {amount_text(study.strategy_profit)} with {_count(study.trades, 'trade')}, "
        f"buy and hold {amount_text(study.buy_and_hold_profit)}"
    )
    final = f"predicted {look.price_text(predicted)}, actual {look.price_text(actual)}"
    training = share_text(study.train_coverage)
    level = look.level_text(study.config.interval)
    traded = f"{shares_text(study.shares)}, {study.cost_basis_points:g} basis points a trade"
    return (
        f"the model alone, {look.day_text(day)}: {final}; mean absolute error: {errors}",
        f"the {level} band held {held} ({training} in training); {_hits(study)}",
        f"{traded}: {profits}",
    )


def changepoint_lines(study: Changepoints) -> tuple[str, ...]:
    """The largest change, its unit, and the correlation with an interest series."""
    if study.changepoints.empty:
        found = "the fitted trend never changes its rate"
    else:
        largest = study.changepoints.iloc[0]
        found = (
            f"largest change {largest['rate_change']:+.2f} on {look.day_text(largest['date'])} "
            f"(from {largest['rate_before']:+.2f} to {largest['rate_after']:+.2f}), "
            "in log price a year"
        )
    if study.interest is None:
        return (found,)
    told = "too little to tell" if study.correlation is None else f"{study.correlation:+.2f}"
    return (found, f"correlation of the interest's changes with the log price's: {told}")


def next_days_lines(study: NextDays) -> tuple[str, ...]:
    """How many rises and falls, and what the bars are."""
    rises, falls = (
        int((study.frame["direction"] == way).sum()) for way in (Direction.RISE, Direction.FALL)
    )
    return (
        (
            f"the model alone, {_count(len(study.frame), 'session')}: from one to the next "
            f"{_count(rises, 'rise')} and {_count(falls, 'fall')}; "
            f"last close {look.price_text(study.last_price)} on {look.day_text(study.as_of)}"
        ),
        f"each bar is the {look.level_text(study.config.interval)} band of that session",
    )


def components_lines(study: Components) -> tuple[str, ...]:
    """How far each term moves the price."""
    if not study.terms:
        return ("the model is its trend alone",)
    told = ", ".join(
        f"{term} {study.frame[term].min():+.1f} to {study.frame[term].max():+.1f} %"
        for term in study.terms
    )
    return (f"effect on the price: {told}",)


def column_text(name: str) -> str:
    """A price column as people write it."""
    return name.replace("_", " ")


def shares_text(shares: float) -> str:
    """A number of shares."""
    return f"{shares:,g} share{'' if shares == 1 else 's'}"


def amount_text(amount: float) -> str:
    """A profit or a loss, with its sign."""
    return f"{'-' if amount < 0 else '+'}{look.price_text(abs(amount))}"


def share_text(share: float) -> str:
    """A share from 0 to 1 in whole per cent."""
    return f"{100 * share:.0f} %"


def _value(study: PriceExtremes, row: dict[Hashable, Any], end: str) -> str:
    value = row[end]
    if study.percent:
        return f"{value:+,.1f} %"
    return f"{value:,.0f}" if row["column"] == "volume" else look.price_text(value)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _hits(study: Evaluation) -> str:
    if study.hit_rate is None or study.rise_rate is None:
        return "the price never moved"
    always = share_text(study.rise_rate)
    return f"direction right {share_text(study.hit_rate)} (always 'rise': {always})"


def _span(index: Any) -> str:
    return f"{look.day_text(index[0])} to {look.day_text(index[-1])}"
