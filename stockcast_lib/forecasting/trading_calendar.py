"""The exchange's sessions: which days a price can be forecast for."""

from datetime import date, datetime, timedelta
from functools import cache

import exchange_calendars
import numpy as np
import numpy.typing as npt
import pandas as pd

from stockcast_lib.core.errors import InvalidRequest

EXCHANGE = "XNYS"
# From the first sessions that vendors have to the longest horizon after today's.
FIRST_DAY, LAST_DAY = date(1962, 1, 2), date(2060, 12, 31)


@cache
def _calendar() -> exchange_calendars.ExchangeCalendar:
    # Without a start and an end it covers only 20 years back and one ahead.
    return exchange_calendars.get_calendar(
        EXCHANGE, start=pd.Timestamp(FIRST_DAY), end=pd.Timestamp(LAST_DAY)
    )


@cache
def all_sessions() -> pd.DatetimeIndex:
    """Every session of the exchange from `FIRST_DAY` to `LAST_DAY`; half a second, once."""
    return pd.DatetimeIndex(_calendar().sessions)


def last_closed_session(now: datetime) -> date:
    """The last session that had closed by a moment, which has a time zone."""
    closes = pd.DatetimeIndex(_calendar().closes)
    return all_sessions()[int(closes.searchsorted(pd.Timestamp(now), side="right")) - 1].date()


def target_session(as_of: date, days: int) -> date:
    """The first session on or after `as_of` + `days` calendar days.

    Raises:
        InvalidRequest: it lies outside the calendar.
    """
    sessions = all_sessions()
    wanted = pd.Timestamp(as_of) + timedelta(days=days)
    if wanted < sessions[0] or wanted > sessions[-1]:
        raise _outside(f"{wanted.date()} is")
    return sessions[int(sessions.searchsorted(wanted))].date()


def sessions_between(as_of: date, target: date) -> pd.DatetimeIndex:
    """All sessions after `as_of`, up to and with `target`."""
    sessions = all_sessions()
    return sessions[_after(as_of) : _after(target)]


def sessions_ahead(as_of: date, n: int) -> pd.DatetimeIndex:
    """The `n` sessions after `as_of`.

    Raises:
        InvalidRequest: `n` is less than one, or the calendar ends before them.
    """
    if n < 1:
        raise InvalidRequest(f"Ask for at least one session ahead, not {n}.", fields=[])
    first = _after(as_of)
    ahead = all_sessions()[first : first + n]
    if pd.Timestamp(as_of).date() < FIRST_DAY or len(ahead) < n:
        raise _outside(f"{n} sessions after {as_of} are")
    return ahead


def session_numbers(dates: pd.DatetimeIndex) -> npt.NDArray[np.intp]:
    """Sessions of the exchange from the first date to each, shape (dates,).

    Args:
        dates: ascending. Each counts one at least, be it a session or not.
    """
    steps = np.diff(all_sessions().searchsorted(dates))
    return np.concatenate([[0], np.cumsum(np.maximum(steps, 1))]).astype(np.intp)


def _after(day: date) -> int:
    return int(all_sessions().searchsorted(pd.Timestamp(day), side="right"))


def _outside(what: str) -> InvalidRequest:
    return InvalidRequest(
        f"{what} outside the New York calendar, {FIRST_DAY} to {LAST_DAY}: "
        "choose a nearer horizon or later data.",
        fields=[],
    )
