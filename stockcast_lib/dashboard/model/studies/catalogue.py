"""The studies: what each asks, what can be set of it, what makes, draws and tells it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from stockcast_lib.charts import studies as charts
from stockcast_lib.charts.studies import canvas
from stockcast_lib.core.model_config import ModelConfig
from stockcast_lib.core.price_history import PriceHistory
from stockcast_lib.dashboard.model.studies import findings
from stockcast_lib.dashboard.model.studies.settings import AXIS, COLUMNS
from stockcast_lib.dashboard.model.studies.telling import Findings
from stockcast_lib.dashboard.reader import Reader
from stockcast_lib.forecasting import studies
from stockcast_lib.forecasting.studies.extremes import PriceExtremes
from stockcast_lib.forecasting.studies.interest import interest_from_csv

Values = Mapping[str, Any]
_MODEL = ("training_years", "changepoint_prior_scale")


@dataclass(frozen=True)
class Study:
    """One question that can be asked of the prices.

    Attributes:
        title: its name on the page.
        about: what it shows, in a sentence.
        settings: names of `SETTINGS`.
        make: the study of a history, with its settings and the model's configuration.
        draw: its figure.
        tell: what it found.
        fits: whether a model is fitted for it.
    """

    title: str
    about: str
    settings: tuple[str, ...]
    make: Callable[[PriceHistory, Values, ModelConfig], Any]
    draw: Callable[[Any, PriceHistory], go.Figure]
    tell: Callable[[Any, Reader], Findings]
    fits: bool = True


def _history(history: PriceHistory, values: Values, _config: ModelConfig) -> Any:
    return studies.price_extremes(
        history.frame,
        COLUMNS[values["columns"]],
        percent=values["percent"],
        start=values["start"],
        end=values["end"],
    )


def _history_figure(study: PriceExtremes, history: PriceHistory) -> go.Figure:
    """Decades of prices: on a linear axis the first of them would lie flat at its foot."""
    figure = charts.extremes_figure(study, history)
    prices = study.extremes[~study.extremes["column"].isin(["volume"])]
    if study.percent or prices.empty:
        return figure
    axis = canvas.price_axis(prices["minimum"].min(), prices["maximum"].max())
    return figure.update_yaxes(**axis, row=1, col=1)


def _holding(history: PriceHistory, values: Values, _config: ModelConfig) -> Any:
    return studies.buy_and_hold(
        history.adjusted_close, values["shares"], values["start"], values["end"]
    )


def _priors(history: PriceHistory, values: Values, config: ModelConfig) -> Any:
    return studies.compare_priors(history.adjusted_close, values["scales"], values["days"], config)


def _validation(history: PriceHistory, values: Values, config: ModelConfig) -> Any:
    return studies.validate_priors(
        history.adjusted_close, values["scales"], values["test_start"], values["test_end"], config
    )


def _changepoints(history: PriceHistory, values: Values, config: ModelConfig) -> Any:
    told = values["interest"]
    interest = interest_from_csv(told, "The interest") if told else None
    return studies.largest_changepoints(history.adjusted_close, values["count"], config, interest)


def _evaluation(history: PriceHistory, values: Values, config: ModelConfig) -> Any:
    return studies.evaluate(
        history.adjusted_close,
        start=values["test_start"],
        end=values["test_end"],
        shares=values["shares"],
        cost_basis_points=values["cost"],
        config=config,
    )


def _next_days(history: PriceHistory, values: Values, config: ModelConfig) -> Any:
    return studies.next_days(history.adjusted_close, values["sessions"], config)


def _components(history: PriceHistory, _values: Values, config: ModelConfig) -> Any:
    return studies.model_components(history.adjusted_close, config)


FIRST_STUDY = "components"
STUDIES: Mapping[str, Study] = {
    "components": Study(
        "Components",
        "What the fitted model is made of: its trend, and what each season does to the price.",
        ("weekly_seasonality", *_MODEL, AXIS),
        _components, charts.components_figure, findings.of_components,
    ),
    "history": Study(
        "History",
        "All the prices there are, with the lowest and the highest of them.",
        ("columns", "percent", "start", "end", AXIS),
        _history, _history_figure, findings.of_history, fits=False,
    ),
    "holding": Study(
        "Buy and hold",
        "What shares bought on one day and sold on another would have brought.",
        ("shares", "start", "end"),
        _holding, charts.holding_figure, findings.of_holding, fits=False,
    ),
    "evaluation": Study(
        "Evaluation",
        "The model fitted to the years before a test, against what came in it, and what trading by "
        "it would have brought.",
        ("test_start", "test_end", "shares", "cost", *_MODEL, "interval", AXIS),
        _evaluation, charts.evaluation_figure, findings.of_evaluation,
    ),
    "changepoints": Study(
        "Changepoints",
        "When the fitted trend changed its rate most, and whether an interest of your own moves "
        "with the price.",
        ("count", *_MODEL, AXIS, "interest"),
        _changepoints, charts.changepoints_figure, findings.of_changepoints,
    ),
    "priors": Study(
        "Prior scales",
        "How readily the trend may bend, and what that does to the model's forecast.",
        ("scales", "days", "training_years", "interval", AXIS),
        _priors, charts.comparison_figure, findings.of_priors,
    ),
    "validation": Study(
        "Prior validation",
        "How each prior scale does on sessions that its model has not seen.",
        ("scales", "test_start", "test_end", "training_years", "interval"),
        _validation, charts.validation_figure, findings.of_validation,
    ),
    "next_days": Study(
        "Next sessions",
        "The ups and downs that the model alone says come next.",
        ("sessions", *_MODEL, "interval"),
        _next_days, charts.next_days_figure, findings.of_next_days,
    ),
}  # fmt: skip
