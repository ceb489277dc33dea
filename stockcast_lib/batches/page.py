"""A batch as one page: its failures, and a row for every forecast.

It loads nothing and runs nothing; whatever a vendor or a notebook wrote is shown as plain text.
"""

from collections.abc import Iterable, Sequence
from html import escape

from stockcast_lib.batches.entries import Entry
from stockcast_lib.core.results import ForecastResult
from stockcast_lib.core.words import (
    coverage_text,
    data_text,
    day_text,
    level_text,
    price_text,
    skill_text,
    stale_text,
)
from stockcast_lib.evidence.shell import FRAME_POLICY, page, table

_POLICY = f'<meta http-equiv="Content-Security-Policy" content="{FRAME_POLICY}">'
_HEAD = (
    "Ticker", "Path", "Last price", "Forecast", "Band", "Naive forecast", "Skill", "Band so far",
    "Data", "Remarks",
)  # fmt: skip
_WIDTH, _HEIGHT, _MARGIN = 120.0, 32.0, 2.0
_MOST_STEPS = 60
_LINE, _BAND = "#0b7a75", "rgba(11, 122, 117, 0.2)"


def batch_page(entries: Sequence[Entry]) -> str:
    """The whole page."""
    return page(headline(entries), f"<main>{batch_section(entries)}</main>", head=_POLICY)


def batch_section(entries: Sequence[Entry]) -> str:
    """What the page holds, to stand in another."""
    failed = [entry for entry in entries if not entry.done]
    failures = table(("Ticker", "What went wrong"), map(_failure, failed))
    forecasts = table(_HEAD, (_row(each.result) for each in entries if each.result is not None))
    return (
        f"<h1>{escape(headline(entries))}</h1>"
        f"{_under('Failures', failures)}{_under('Forecasts', forecasts)}{_models(entries)}"
    )


def headline(entries: Sequence[Entry]) -> str:
    """How many there are, and how many failed."""
    done = sum(entry.done for entry in entries)
    failed = len(entries) - done
    plural = "" if done == 1 else "s"
    return f"{done} forecast{plural}" + (f", {failed} failed" if failed else "")


def _under(heading: str, content: str) -> str:
    return f"<h2>{heading}</h2>{content}" if content else ""


def _failure(entry: Entry) -> tuple[str, str]:
    return escape(entry.request.ticker), escape(entry.why_not)


def _row(result: ForecastResult) -> tuple[str, ...]:
    change = result.price / result.last_price - 1
    data = data_text(result.as_of, sample=result.sample)
    stale = f", {stale_text(result.fetched_at)}" if result.stale and not result.sample else ""
    texts = (
        price_text(result.last_price),
        f"{price_text(result.price)} ({change:+.1%}) on {day_text(result.target_date)}",
        f"{level_text(result.interval)}: {price_text(result.lower)} to {price_text(result.upper)}",
        price_text(result.baseline.price),
        skill_text(result.skill),
        coverage_text(result.coverage),
        data + stale,
        " ".join(result.notes),
    )
    return (escape(result.ticker), _sparkline(result), *map(escape, texts))


def _models(entries: Sequence[Entry]) -> str:
    results = [entry.result for entry in entries if entry.result is not None]
    named = sorted({(each.model.name, each.model.revision or "unknown") for each in results})
    told = "; ".join(f"{escape(name)}, revision {escape(revision)}" for name, revision in named)
    return f'<p class="quiet">Model: {told}.</p>' if told else ""


def _sparkline(result: ForecastResult) -> str:
    """The path and its band from the last price on, as a small picture."""
    price = [result.last_price, *(point.price for point in result.path)]
    lower = [result.last_price, *(point.lower for point in result.path)]
    upper = [result.last_price, *(point.upper for point in result.path)]
    low, high = min(lower), max(upper)
    across, up, tall = len(price) - 1, (high - low) or 1.0, _HEIGHT - 2 * _MARGIN

    def points(values: Sequence[float], at: Iterable[int]) -> str:
        return " ".join(
            f"{_WIDTH * i / across:.1f},{_MARGIN + tall * (high - values[i]) / up:.1f}" for i in at
        )

    steps = min(across, _MOST_STEPS)
    every = [round(step * across / steps) for step in range(steps + 1)]
    band = f"{points(lower, every)} {points(upper, reversed(every))}"
    return (
        f'<svg width="{_WIDTH:g}" height="{_HEIGHT:g}" role="img" '
        f'aria-label="Path of the forecast for {escape(result.ticker)}">'
        f'<polygon points="{band}" fill="{_BAND}"/>'
        f'<polyline points="{points(price, every)}" fill="none" stroke="{_LINE}" '
        'stroke-width="1.5"/></svg>'
    )
