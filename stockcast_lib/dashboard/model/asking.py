"""What is to be asked: the form, as typed and chosen."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any

from traitlets import Bool, Dict, Float, HasTraits, Instance, Int, List, Unicode, observe

from stockcast_lib.core.errors import InvalidRequest
from stockcast_lib.core.jobs import DEFAULT_DAYS, DEFAULT_MODEL, MAX_DAYS, MIN_DAYS
from stockcast_lib.core.model_config import BUILT_IN_MODELS, PRESETS, ModelChoice
from stockcast_lib.core.symbols import SymbolDirectory
from stockcast_lib.core.tickers import canonical_ticker, is_ticker
from stockcast_lib.dashboard.model.background import Latest
from stockcast_lib.forecasting.trading_calendar import last_closed_session, target_session

DEFAULT_LEVEL = 0.8
LEVELS = (0.5, 0.8, 0.9, 0.95)
HORIZONS: Mapping[int, str] = MappingProxyType({7: "1 w", 30: "1 m", 90: "3 m", 365: "1 y"})
MOST_RECENT, MOST_WATCHED = 8, 20
_OFFERED = 8


@dataclass(frozen=True)
class Asked:
    """What the form held when it was sent.

    Attributes:
        ticker: in the one spelling.
        days, level, model: as in `Ask`.
    """

    ticker: str
    days: int = DEFAULT_DAYS
    level: float = DEFAULT_LEVEL
    model: str = DEFAULT_MODEL

    def payload(self) -> dict[str, Any]:
        """The request; only what differs from the defaults is among its parameters."""
        preset = PRESETS.get(self.model)
        params = preset.overrides() if preset else {}
        if self.level != DEFAULT_LEVEL:
            params["interval"] = self.level
        model = DEFAULT_MODEL if preset else self.model
        return {"ticker": self.ticker, "days": self.days, "model": model, "params": params}


def asked_from(held: Mapping[str, Any]) -> Asked | None:
    """What a browser remembers of `Asked`; None where it is not as expected."""
    ticker, days, level, model = (held.get(each.name) for each in fields(Asked))
    if not (isinstance(ticker, str) and isinstance(days, int) and isinstance(model, str)):
        return None
    return Asked(ticker, days, level, model) if is_ticker(ticker) and level in LEVELS else None


class Ask(HasTraits):
    """The form.

    Attributes:
        ticker: as typed.
        days: the horizon in calendar days, as typed.
        level: of the band.
        model: the name of one of `models`.
        models: that can be asked for.
        offered: what the ticker box offers, see `TickerBox.offered`.
        target: the first session on or after the last of the days; None outside the calendar.
        target_is_known: whether it counts from the ticker's own prices, and not from the
            exchange's last session because the ticker has none yet.
        recent, watched: tickers, the newest first.
    """

    ticker = Unicode()
    days = Int(DEFAULT_DAYS)
    level = Float(DEFAULT_LEVEL)
    model = Unicode(DEFAULT_MODEL)
    models: "List[ModelChoice]" = List(Instance(ModelChoice), list(BUILT_IN_MODELS))
    offered: "Dict[str, Any]" = Dict({"typed": "", "groups": []})
    target = Instance(date, allow_none=True)
    target_is_known = Bool(False)
    recent = List(Unicode())
    watched = List(Unicode())

    def __init__(
        self,
        directory: Callable[[], SymbolDirectory],
        last_session: Callable[[str], date | None],
    ) -> None:
        super().__init__()
        self._directory = directory
        self._last_session = last_session
        self._aiming = Latest(self._aimed, lambda _why: self._aimed(None))
        self._aimed(None)

    def type(self, text: str) -> None:
        """Take what stands in the ticker box, and offer what matches."""
        self.ticker = text
        groups = self._matches(text) if text.strip() else self._remembered()
        self.offered = {"typed": text, "groups": groups}

    def asked(self, ticker: str | None = None) -> Asked:
        """The form as it is, with another ticker if one is given."""
        wanted = self._meant(self.ticker if ticker is None else ticker)
        return Asked(wanted, self.days, self.level, self.model)

    def take(self, asked: Asked) -> None:
        """Fill the form."""
        for name, value in asdict(asked).items():
            setattr(self, name, value)

    def _meant(self, text: str) -> str:
        """The ticker that a text stands for: of a company that is called so, the first offered."""
        ticker = canonical_ticker(text)
        if not text.strip() or self.offered["typed"] != text or ticker in self._directory():
            return ticker
        offered = [each for _, group in self.offered["groups"] for each in group]
        begins = f" {text.strip().casefold()}"
        named = [each for each, name in offered if begins in f" {name.casefold()}"]
        return named[0] if named else ticker

    @observe("ticker", "days")
    def aim(self, _change: Any = None) -> None:
        """Find out anew where the horizon leads to."""
        # Whoever knows the last session may be slow, and somebody is typing.
        ticker = canonical_ticker(self.ticker)
        if is_ticker(ticker):
            self._aiming.run(lambda: self._last_session(ticker))
        else:
            self._aiming.forget()
            self._aimed(None)

    def _aimed(self, last_session: date | None) -> None:
        as_of = last_session or last_closed_session(datetime.now(UTC))
        try:
            wanted = MIN_DAYS <= self.days <= MAX_DAYS
            target = target_session(as_of, self.days) if wanted else None
        except InvalidRequest:
            target = None
        self.target_is_known = last_session is not None
        self.target = target

    def remember(self, ticker: str) -> None:
        """Put a ticker at the head of the recent ones."""
        self.recent = [ticker, *(each for each in self.recent if each != ticker)][:MOST_RECENT]

    def forget(self, ticker: str) -> None:
        """Take a ticker off the recent ones."""
        self.recent = [each for each in self.recent if each != ticker]

    def watch(self, ticker: str, *, watched: bool) -> None:
        """Put a ticker on the watchlist, or take it off."""
        others = [each for each in self.watched if each != ticker]
        self.watched = [ticker, *others][:MOST_WATCHED] if watched else others

    def _matches(self, text: str) -> list[list[Any]]:
        found = self._directory().search(text, _OFFERED)
        return [["", [[symbol.ticker, symbol.name] for symbol in found]]] if found else []

    def _remembered(self) -> list[list[Any]]:
        known = {"Watchlist": self.watched, "Recent": self.recent}
        return [[name, [[each, ""] for each in held]] for name, held in known.items() if held]
