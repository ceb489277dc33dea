"""A forecast as a notebook displays it."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd

from stockcast_lib.charts.interactive import forecast_document
from stockcast_lib.charts.picture import forecast_png
from stockcast_lib.core.jobs import DEFAULT_MODEL
from stockcast_lib.core.prices import DEFAULT_MAX_AGE, PriceVersion, is_stale
from stockcast_lib.core.results import (
    PLOTLY_MIME,
    PNG_MIME,
    RESULT_MIME,
    ForecastResult,
    ModelInfo,
    PathPoint,
)
from stockcast_lib.forecasting import Forecast
from stockcast_lib.report.forecast_words import forecast_html, forecast_text


class SkillCard:
    """A forecast's figures and how past ones did, without its chart.

    A notebook shows of a whole report only the richest part, which is the chart.
    """

    def __init__(self, result: ForecastResult) -> None:
        self.result = result

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {"text/html": forecast_html(self.result), "text/plain": forecast_text(self.result)}


class ForecastReport:
    """A forecast as its reader and the worker get it.

    Attributes:
        result: the forecast as data.
        figure: the interactive chart, a plotly document of JSON values.
        picture: the chart as a PNG.
    """

    def __init__(
        self,
        forecast: Forecast,
        version: PriceVersion,
        *,
        model: str = DEFAULT_MODEL,
        now: datetime | None = None,
        max_age: timedelta = DEFAULT_MAX_AGE,
    ) -> None:
        """Publish a forecast made from a price version.

        Args:
            forecast: from `make_forecast` on the version's history.
            version: where the prices came from.
            model: the model notebook's name; the worker adds its revision.
            now: when to judge the data's age; the clock's by default.
            max_age: how long ago the prices may have been fetched before the result says that they
                are stale.
        """
        stale = is_stale(version, now=now or datetime.now(UTC), max_age=max_age)
        self.result = _result(forecast, version, _model_info(forecast, model), stale=stale)
        self.figure = forecast_document(forecast)
        self.picture = forecast_png(forecast)

    @property
    def card(self) -> SkillCard:
        """The figures without the chart."""
        return SkillCard(self.result)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        """What IPython displays; it applies the `include` and `exclude` that it gives."""
        picture = base64.b64encode(self.picture).decode("ascii")
        return {
            RESULT_MIME: self.result.to_document(),
            PLOTLY_MIME: self.figure,
            PNG_MIME: picture,
            "text/html": forecast_html(self.result, picture),
            "text/plain": forecast_text(self.result),
        }


def _model_info(forecast: Forecast, name: str) -> ModelInfo:
    return ModelInfo(
        name=name, engine=forecast.engine, params=forecast.config.model_dump(mode="json")
    )


def _result(
    forecast: Forecast, version: PriceVersion, model: ModelInfo, *, stale: bool
) -> ForecastResult:
    path = _path_points(forecast.path)
    return ForecastResult(
        ticker=forecast.ticker,
        days=forecast.days,
        as_of=forecast.as_of,
        target_date=forecast.target_date,
        last_price=float(forecast.observations.iloc[-1]),
        price=path[-1].price,
        lower=path[-1].lower,
        upper=path[-1].upper,
        interval=forecast.config.interval,
        bands=forecast.bands,
        path=path,
        baseline=forecast.baseline,
        skill=forecast.skill,
        coverage=forecast.coverage,
        model=model,
        data_version=version.key,
        vendor=version.vendor,
        sample=version.sample,
        fetched_at=version.fetched_at,
        stale=stale,
        basis=forecast.basis,
        notes=forecast.notes,
    )


def _path_points(path: pd.DataFrame) -> tuple[PathPoint, ...]:
    prices = path[["price", "lower", "upper"]].to_numpy(dtype=float).tolist()
    return tuple(
        PathPoint(date=day.date(), price=price, lower=lower, upper=upper)
        for day, (price, lower, upper) in zip(path["date"], prices, strict=True)
    )
