"""The bundled WIKI histories, moved in time so that they look live, and what may happen to them."""

from datetime import UTC, date, datetime, timedelta
from importlib.resources import files

import exchange_calendars
import pandas as pd

TICKERS = ("AAPL", "MSFT", "XOM")
_DATA = files("stockcast_lib.adapters.vendors") / "sample_data"
_RAW = ["Open", "High", "Low", "Close"]
_ADJUSTED = ["Adj. Open", "Adj. High", "Adj. Low", "Adj. Close"]
# So many rows of each file lie after yesterday: `as_of` can move on, and no row moves with it.
_AHEAD = 60


class Market:
    """What has been traded until the session `as_of`; at first that is yesterday's."""

    def __init__(self) -> None:
        calendar = exchange_calendars.get_calendar(
            "XNYS", start=pd.Timestamp("1950-01-03"), end=pd.Timestamp("2060-12-31")
        )
        self._sessions = calendar.sessions
        self._files = {ticker: _read(ticker) for ticker in TICKERS}
        self.reset()

    @property
    def tickers(self) -> tuple[str, ...]:
        """Whose histories there are."""
        return TICKERS

    def reset(self) -> None:
        """As in the files, and as of yesterday's session."""
        yesterday = datetime.now(UTC).date() - timedelta(days=1)
        end = self._position(yesterday) + _AHEAD
        self._rows = {
            ticker: rows.set_axis(self._sessions[end - len(rows) + 1 : end + 1])
            for ticker, rows in self._files.items()
        }
        self.as_of = yesterday
        self.sessions: int | None = None

    @property
    def as_of(self) -> date:
        """The last session."""
        return self._last.date()

    @as_of.setter
    def as_of(self, day: date) -> None:
        self._last = self._sessions[self._position(day)]

    def _position(self, day: date) -> int:
        return int(self._sessions.searchsorted(pd.Timestamp(day), side="right")) - 1

    def history(self, ticker: str) -> pd.DataFrame:
        """All columns of WIKI over the sessions until `as_of`, adjusted up to that.

        With `sessions` set only so many of them, as if the share were listed since then.
        """
        rows = self._rows[ticker].loc[: self._last].iloc[-(self.sessions or 0) :].copy()
        rows[_ADJUSTED] *= rows["Close"].iloc[-1] / rows["Adj. Close"].iloc[-1]
        return rows

    def split(self, ticker: str, ratio: float) -> None:
        """The last session has a split: prices as paid before it stay, adjusted ones change."""
        rows = self._rows[ticker]
        before, since = rows.index < self._last, rows.index >= self._last
        rows.loc[since, _RAW] /= ratio
        rows.loc[since, "Volume"] *= ratio
        rows.loc[self._last, "Split Ratio"] *= ratio
        rows[_ADJUSTED] /= ratio
        rows.loc[before, "Adj. Volume"] *= ratio

    def dividend(self, ticker: str, cash: float) -> None:
        """The last session is an ex-date, of cash a share."""
        rows = self._rows[ticker]
        close = rows.loc[self._last, "Close"]
        rows.loc[self._last, "Ex-Dividend"] += cash
        rows.loc[rows.index < self._last, _ADJUSTED] *= close / (close + cash)

    def restate(self, ticker: str, day: date, close: float) -> None:
        """A price as paid in the past was wrong: the session's four prices move with its close."""
        rows, session = self._rows[ticker], pd.Timestamp(day)
        rows.loc[session, _RAW + _ADJUSTED] *= close / rows.loc[session, "Close"]


def _read(ticker: str) -> pd.DataFrame:
    with (_DATA / f"{ticker}.csv.gz").open("rb") as source:
        rows = pd.read_csv(source, compression="gzip")
    return rows.drop(columns="Date").astype(float)
