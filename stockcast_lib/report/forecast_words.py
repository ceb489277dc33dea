"""A forecast in words and figures: the skill card."""

from html import escape

from stockcast_lib.charts.appearance import (
    data_text,
    day_text,
    level_text,
    price_text,
    stale_text,
)
from stockcast_lib.charts.skill_table import HEAD, measures
from stockcast_lib.core.results import ForecastResult
from stockcast_lib.core.words import coverage_text, skill_text
from stockcast_lib.report.html import card, paragraphs, table


def forecast_text(result: ForecastResult) -> str:
    """For a terminal."""
    figures = [f"  {label}: {value}" for label, value in _figures(result)]
    return "\n".join([f"{result.ticker} in {result.days} days", *figures, *_remarks(result)])


def forecast_html(result: ForecastResult, picture: str = "") -> str:
    """For a notebook, with the chart as a base64 PNG if there is one."""
    # The executed notebook is evidence: shown without scripts, it still has its chart.
    chart = picture and (
        f'<img alt="Chart of the forecast for {escape(result.ticker)}" '
        f'style="max-width:100%" src="data:image/png;base64,{picture}">'
    )
    heading = f"{result.ticker} in {result.days} days"
    horizons = result.skill.horizons if result.skill else ()
    measured = table(HEAD, [measures(each) for each in horizons]) if horizons else ""
    return card(heading, _figures(result), paragraphs(_remarks(result)), chart, measured)


def _figures(result: ForecastResult) -> list[tuple[str, str]]:
    band = f"{price_text(result.lower)} to {price_text(result.upper)}"
    return [
        ("price", price_text(result.price)),
        ("target date", day_text(result.target_date)),
        (f"{level_text(result.interval)} band", band),
        (f"{result.baseline.name} forecast", price_text(result.baseline.price)),
        ("skill", skill_text(result.skill)),
        ("band", coverage_text(result.coverage)),
        ("data", _data_text(result)),
    ]


def _remarks(result: ForecastResult) -> list[str]:
    verdict = result.skill.verdict if result.skill else ""
    basis = f"The forecast is {result.basis}." if result.basis else ""
    return [*filter(None, (basis, verdict)), *result.notes]


def _data_text(result: ForecastResult) -> str:
    text = data_text(result.as_of, sample=result.sample)
    stale = result.stale and not result.sample
    return f"{text}, {stale_text(result.fetched_at)}" if stale else text
