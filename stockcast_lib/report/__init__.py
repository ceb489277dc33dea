"""What a notebook displays: a forecast, or the prices behind one.

A displayed report carries its machine-readable document, which the worker takes, beside what a
person sees: the same run serves both.
"""

import base64
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any

import pandas as pd

from stockcast_lib.charts.appearance import (
    NOT_MEASURED,
    data_text,
    day_text,
    level_text,
    price_text,
    stale_text,
)
from stockcast_lib.charts.interactive import figure_document, forecast_figure
from stockcast_lib.charts.picture import forecast_png
from stockcast_lib.core.budgets import VendorRecord
from stockcast_lib.core.jobs import DEFAULT_MODEL
from stockcast_lib.core.prices import DEFAULT_MAX_AGE, PriceHistory, PriceVersion, is_stale
from stockcast_lib.core.results import (
    PLOTLY_MIME,
    PNG_MIME,
    PRICES_MIME,
    RESULT_MIME,
    ForecastResult,
    ModelInfo,
    PathPoint,
)
from stockcast_lib.forecasting import Forecast
from stockcast_lib.ingestion import Refresh

PREVIEW_ROWS = 5
_PREVIEW_COLUMNS = ("close", "dividend", "split", "adjusted_close")
_CARD = (
    "font-family:system-ui,sans-serif;color:#1f2933;background:#fff;border:1px solid #e6eaee;"
    "border-radius:10px;padding:16px 20px;max-width:880px"
)
_FIGURE = "font-size:15px;font-weight:600"
_LABEL = "font-size:12px;color:#66727f;font-weight:400"


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
        self.figure = figure_document(forecast_figure(forecast))
        self.picture = forecast_png(forecast)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        """What IPython displays; it applies the `include` and `exclude` that it gives."""
        picture = base64.b64encode(self.picture).decode("ascii")
        return {
            RESULT_MIME: self.result.to_document(),
            PLOTLY_MIME: self.figure,
            PNG_MIME: picture,
            "text/html": _forecast_html(self.result, picture),
            "text/plain": _forecast_text(self.result),
        }


class PricesReport:
    """A refreshed price version, with its last rows to look at and what it took to get them."""

    def __init__(self, refresh: Refresh) -> None:
        self.version = refresh.version
        self.history = refresh.history
        self.record = refresh.record

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        """What IPython displays; it applies the `include` and `exclude` that it gives."""
        return {
            PRICES_MIME: {
                **self.version.model_dump(mode="json"),
                **self.record.model_dump(mode="json"),
            },
            "text/html": _prices_html(self.version, self.history, self.record),
            "text/plain": _prices_text(self.version, self.record),
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
        model=model,
        data_version=version.key,
        vendor=version.vendor,
        sample=version.sample,
        fetched_at=version.fetched_at,
        stale=stale,
    )


def _path_points(path: pd.DataFrame) -> tuple[PathPoint, ...]:
    prices = path[["price", "lower", "upper"]].to_numpy(dtype=float).tolist()
    return tuple(
        PathPoint(date=day.date(), price=price, lower=lower, upper=upper)
        for day, (price, lower, upper) in zip(path["date"], prices, strict=True)
    )


def _forecast_figures(result: ForecastResult) -> list[tuple[str, str]]:
    band = f"{price_text(result.lower)} to {price_text(result.upper)}"
    return [
        ("price", price_text(result.price)),
        ("target date", day_text(result.target_date)),
        (f"{level_text(result.interval)} band", band),
        (f"{result.baseline.name} forecast", price_text(result.baseline.price)),
        ("skill", _skill_text(result)),
        ("data", _data_text(result)),
    ]


def _skill_text(result: ForecastResult) -> str:
    if result.skill is None:
        return NOT_MEASURED
    return f"{result.skill.value:+.2f} against {result.skill.baseline}"


def _data_text(result: ForecastResult) -> str:
    text = data_text(result.as_of, sample=result.sample)
    return (
        f"{text}, {stale_text(result.fetched_at)}" if result.stale and not result.sample else text
    )


def _forecast_text(result: ForecastResult) -> str:
    figures = "\n".join(f"  {label}: {value}" for label, value in _forecast_figures(result))
    return f"{result.ticker} in {result.days} days\n{figures}"


def _forecast_html(result: ForecastResult, picture: str) -> str:
    heading = f"{result.ticker} in {result.days} days"
    return (
        f"{_card(heading, _forecast_figures(result))}"
        # The executed notebook is evidence: shown without scripts, it still has its chart.
        f'<img alt="Chart of the forecast for {escape(result.ticker)}" '
        f'style="max-width:100%" src="data:image/png;base64,{picture}"></div>'
    )


def _prices_figures(version: PriceVersion) -> list[tuple[str, str]]:
    return [
        ("sessions", f"{version.rows:,}"),
        ("from", day_text(version.first_session)),
        ("vendor", version.vendor),
        ("data", data_text(version.last_session, sample=version.sample)),
        ("fetched", f"{version.fetched_at:%Y-%m-%d %H:%M %Z}"),
        ("sessions without a row", f"{version.missing_sessions:,}"),
    ]


def _remarks(version: PriceVersion, record: VendorRecord) -> list[str]:
    refused = [f"{name}: {refusal.message}" for name, refusal in record.refusals.items()]
    return [*version.notes, *refused]


def _prices_text(version: PriceVersion, record: VendorRecord) -> str:
    figures = [f"  {label}: {value}" for label, value in _prices_figures(version)]
    remarks = [f"  {remark}" for remark in _remarks(version, record)]
    return "\n".join([f"Prices of {version.ticker}", *figures, *remarks])


def _prices_html(version: PriceVersion, history: PriceHistory, record: VendorRecord) -> str:
    preview = history.frame[list(_PREVIEW_COLUMNS)].tail(PREVIEW_ROWS)
    rows = [
        (day_text(day.date()), *(price_text(value) for value in values))
        for day, values in zip(preview.index, preview.to_numpy().tolist(), strict=True)
    ]
    head = _row(("date", *(name.replace("_", " ") for name in _PREVIEW_COLUMNS)), "th")
    body = "".join(_row(cells, "td") for cells in rows)
    table = f'<table style="margin-top:12px">{head}{body}</table>'
    remarks = "".join(f"<p>{escape(remark)}</p>" for remark in _remarks(version, record))
    return f"{_card(f'Prices of {version.ticker}', _prices_figures(version))}{table}{remarks}</div>"


def _card(heading: str, figures: Iterable[tuple[str, str]]) -> str:
    """A card left open, for what is to stand below its figures."""
    cells = "".join(
        f'<div><div style="{_LABEL}">{escape(label)}</div>'
        f'<div style="{_FIGURE}">{escape(value)}</div></div>'
        for label, value in figures
    )
    return (
        f'<div style="{_CARD}">'
        f'<div style="font-size:18px;font-weight:700;margin-bottom:10px">{escape(heading)}</div>'
        f'<div style="display:flex;flex-wrap:wrap;gap:10px 28px">{cells}</div>'
    )


def _row(cells: Iterable[str], tag: str) -> str:
    return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"
