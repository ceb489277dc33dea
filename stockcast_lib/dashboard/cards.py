"""A forecast's figures as HTML. Every value is escaped: results come out of notebooks."""

from datetime import date
from html import escape

from stockcast_lib.core.results import ForecastResult
from stockcast_lib.core.words import NOT_MEASURED, price_text, skill_text, stale_text


def cards_html(result: ForecastResult | None, sample_notice: str = "") -> str:
    """The cards of a forecast, under a heading that names what they are about."""
    if result is None:
        return ""
    heading = f"{result.ticker} in {result.days} {'day' if result.days == 1 else 'days'}"
    since = f"from the close of {_date(result.as_of)}, {price_text(result.last_price)}"
    cards = [
        _card("Price", price_text(result.price), result.basis or "the forecast"),
        _card("Target date", _date(result.target_date), "first session on or after the last day"),
        _card(
            f"{_percent(result.interval)} band",
            f"{price_text(result.lower)} to {price_text(result.upper)}",
            f"should hold the price {_percent(result.interval)} of the time",
        ),
        _card("Naive forecast", price_text(result.baseline.price), _baseline(result)),
        _card("Skill", *_skill(result)),
        _card("Coverage", *_coverage(result)),
    ]
    return (
        f'<section class="stockcast-result" aria-label="Forecast"><h2>{escape(heading)}'
        f" <small>{escape(since)}</small></h2>{_notices(result, sample_notice)}"
        f'<dl class="stockcast-cards">{"".join(cards)}</dl></section>'
    )


def progress_html(progress: float, status: str, cell: str, busy: bool) -> str:
    """A progress bar with its words; nothing while no forecast is under way."""
    if not busy:
        return ""
    percent = round(100 * progress)
    words = " · ".join(filter(None, (status, cell)))
    return (
        f'<div class="stockcast-progress"><div role="progressbar" aria-label="Forecast progress" '
        f'aria-valuemin="0" aria-valuemax="100" aria-valuenow="{percent}" '
        f'aria-valuetext="{escape(words)}"><span style="width:{percent}%"></span></div>'
        f"<p>{escape(words)}</p></div>"
    )


def error_html(error: str) -> str:
    """An error that screen readers speak at once."""
    return f'<p class="stockcast-error" role="alert">{escape(error)}</p>' if error else ""


def _card(title: str, value: str, note: str) -> str:
    unmeasured = ' class="stockcast-unmeasured"' if value == NOT_MEASURED else ""
    return (
        f"<div><dt>{escape(title)}</dt><dd{unmeasured}>{escape(value)}</dd>"
        f"<dd>{escape(note)}</dd></div>"
    )


def _notices(result: ForecastResult, sample_notice: str) -> str:
    notices = [sample_notice] if sample_notice else []
    if result.stale:
        told = "" if result.sample else f"; {stale_text(result.fetched_at)}"
        notices.append(f"old prices: the last session was {_date(result.as_of)}{told}")
    notices.extend(result.notes)
    return "".join(f'<p class="stockcast-notice">{escape(notice)}</p>' for notice in notices)


def _baseline(result: ForecastResult) -> str:
    name = result.baseline.name
    return "the last price, unchanged" if name == "naive" else name


def _skill(result: ForecastResult) -> tuple[str, str]:
    verdict = result.skill.verdict if result.skill else "against the naive forecast"
    return skill_text(result.skill), verdict


def _coverage(result: ForecastResult) -> tuple[str, str]:
    coverage = result.coverage
    if coverage is None:
        return NOT_MEASURED, "how often such a band held"
    return (
        f"{coverage.held} of {coverage.windows}",
        "past windows apart in which such a band held the price",
    )


def _percent(level: float) -> str:
    return f"{100 * level:g} %"


def _date(day: date) -> str:
    return day.isoformat()
