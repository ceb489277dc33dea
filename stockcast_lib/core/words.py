"""How prices, days and a forecast's worth are said, the same wherever they are shown."""

import math
from datetime import date, datetime

from stockcast_lib.core.results import Coverage, Skill

NOT_MEASURED = "not yet measured"
_SCIENTIFIC_ABOVE = 1e9
# From twice a unit on it is said in that unit.
_UNITS = (("days", 86400), ("hours", 3600), ("minutes", 60))
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SHORT = {
    "better": "better than the last price",
    "same": "no better than the last price",
    "worse": "worse than the last price",
    "untested": "not enough history to test",
}


def skill_text(skill: Skill | None) -> str:
    """In a few words whether past forecasts beat the last price."""
    if skill is None:
        return NOT_MEASURED
    short = _SHORT[skill.standing]
    gain = skill.value
    if gain is None or skill.standing not in {"better", "worse"}:
        return short
    return f"{short} by {abs(gain):.1%}"


def coverage_text(coverage: Coverage | None) -> str:
    """How often the band held."""
    if coverage is None:
        return NOT_MEASURED
    return f"held {coverage.held} of the last {coverage.windows} times"


def data_text(last_session: date, *, sample: bool) -> str:
    """Where the data ends, and whether it is a sample."""
    return f"{'sample data' if sample else 'data'} to {day_text(last_session)}"


def stale_text(fetched_at: datetime | None) -> str:
    """That data are out of date, and since when."""
    fetched = f": fetched on {day_text(fetched_at.date())}" if fetched_at else ""
    return f"not up to date{fetched}"


def price_text(price: float) -> str:
    """A price to the cent, or to four digits where cents would say nothing."""
    if price == 0 or 1 <= price < _SCIENTIFIC_ABOVE:
        return f"{price:,.2f}"
    return f"{price:.4g}"


def level_text(level: float) -> str:
    """A band's level as a percentage."""
    return f"{100 * level:g} %"


def day_text(day: date) -> str:
    """A day as people write it, the same in every locale."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def wait_text(seconds: float) -> str:
    """For how long to wait, in the largest unit of which it is two or more; never too short."""
    whole = math.ceil(seconds)
    for name, length in _UNITS:
        if whole >= 2 * length:
            return f"{math.ceil(whole / length)} {name}"
    return "1 second" if whole == 1 else f"{whole} seconds"
