"""A forecast's figures as HTML. Every value is escaped: results come out of notebooks."""

import math
from html import escape

from stockcast_lib.core.results import ForecastResult
from stockcast_lib.core.words import NOT_MEASURED, skill_text
from stockcast_lib.dashboard.reader import Reader

_BAND = (
    "The band is where the price should be found at the target date as often as its level says. "
    "How often it was, at past dates of this very stock, is counted here."
)
_NAIVE = (
    "The naive forecast is the last price, unchanged. On stock prices it is hard to beat, so every "
    "forecast is judged by it, at past dates of this very stock."
)


def heading_html(result: ForecastResult, reader: Reader) -> str:
    """What the forecast is about, and what is to be known about its data."""
    days = "1 day" if result.days == 1 else f"{reader.number(result.days)} days"
    since = f"from the close of {reader.day(result.as_of)}, {reader.price(result.last_price)}"
    badges = "".join(
        f'<li class="stockcast-badge">{escape(each)}</li>' for each in _badges(result, reader)
    )
    listed = f'<ul class="stockcast-badges">{badges}</ul>' if badges else ""
    return (
        f"<h2>{escape(result.ticker)} in {days} <small>{escape(since)}</small></h2>{listed}"
        f"{_notes(result)}"
    )


def summary_html(result: ForecastResult, reader: Reader) -> str:
    """Price, band and target date, in figures and in words."""
    change = reader.change(result.price / result.last_price - 1)
    target = reader.weekday(result.target_date)
    lower, upper = reader.price(result.lower), reader.price(result.upper)
    words = (
        f"Stockcast expects {reader.price(result.price)} on {target}. The band from {lower} to "
        f"{upper} is meant to hold {_chance(result.interval, reader)}."
    )
    rows = (
        (f"{reader.level(result.interval)} band", f"{lower} to {upper}"),
        ("Target date", target),
        ("Naive forecast", reader.price(result.baseline.price)),
        ("Made of", reader.sentence(result.basis) or "the model alone"),
    )
    listed = "".join(f"<div><dt>{escape(a)}</dt><dd>{escape(b)}</dd></div>" for a, b in rows)
    return (
        '<section class="stockcast-card" aria-label="Forecast"><h3>Price</h3>'
        f'<p class="stockcast-price">{escape(reader.price(result.price))} '
        f"<small>{escape(change)}</small></p><p>{escape(words)}</p><dl>{listed}</dl></section>"
    )


def skill_html(result: ForecastResult, reader: Reader) -> str:
    """How far the forecast is to be trusted."""
    return (
        '<section class="stockcast-card stockcast-skill" aria-label="Skill">'
        f"<h3>How good it has been</h3>{_skill(result, reader)}{_coverage(result, reader)}"
        f"<details><summary>What do these mean?</summary><p>{_NAIVE}</p><p>{_BAND}</p></details>"
        "</section>"
    )


def _badges(result: ForecastResult, reader: Reader) -> list[str]:
    if result.sample:
        return [f"Sample data to {reader.day(result.as_of)}: not today's prices"]
    if result.stale:
        since = reader.day(result.fetched_at.date()) if result.fetched_at else ""
        told = f", fetched on {since}" if since else ""
        return [f"Old prices: the last session is {reader.day(result.as_of)}{told}"]
    return []


def _notes(result: ForecastResult) -> str:
    return "".join(f'<p class="stockcast-notice">{escape(note)}</p>' for note in result.notes)


def _chance(level: float, reader: Reader) -> str:
    tenths = 10 * level
    if math.isclose(tenths, round(tenths)):
        return f"{round(tenths)} times in 10"
    return f"{reader.level(level)} of the time"


def _skill(result: ForecastResult, reader: Reader) -> str:
    skill = result.skill
    standing = skill.standing if skill else "untested"
    verdict = skill.verdict if skill and skill.verdict else "Not tested against the last price."
    return (
        f'<p class="stockcast-standing" data-standing="{standing}">'
        f"{escape(_sentence(reader.sentence(skill_text(skill))))}</p>"
        f"<p>{escape(reader.sentence(verdict))}</p>"
    )


def _coverage(result: ForecastResult, reader: Reader) -> str:
    coverage, level = result.coverage, reader.level(result.interval)
    if coverage is None:
        return f'<p class="stockcast-standing">Band {NOT_MEASURED}</p>'
    share = coverage.held / coverage.windows
    words = f"Held {reader.number(coverage.held)} of the last {reader.number(coverage.windows)}"
    return (
        f'<p class="stockcast-standing">{words}</p>'
        f'<div class="stockcast-meter" role="img" aria-label="The {escape(level)} band held '
        f'{escape(reader.level(round(share, 3)))} of the time">'
        f'<span style="width:{100 * share:.1f}%"></span>'
        f'<i style="left:{100 * result.interval:.1f}%"></i></div>'
        f"<p>The {escape(level)} band held the price {escape(reader.level(round(share, 2)))} "
        "of the time, in past windows that do not overlap.</p>"
    )


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
