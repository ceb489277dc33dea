"""What every model notebook is tried on.

The tickers, days and horizon are fixed; the days are of years from which none of Stockcast's own
constants was chosen, and so far apart that no two windows overlap.
"""

from dataclasses import asdict, dataclass
from datetime import date

from stockcast_lib.core.models import settings_digest

DAYS_AS_OF = tuple(date(year, month, 15) for year in (2009, 2010, 2011, 2012) for month in (3, 9))
DAYS = 30
_METHOD = 1


@dataclass(frozen=True)
class TrialSet:
    """What every notebook is tried on.

    Attributes:
        tickers: bundled ones, with prices from years before the days of the trials.
    """

    tickers: tuple[str, ...]

    @property
    def digest(self) -> str:
        """Of all that makes scores comparable."""
        return settings_digest({**asdict(self), "as_of": DAYS_AS_OF, "days": DAYS, "by": _METHOD})
