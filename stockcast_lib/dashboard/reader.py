"""Prices, shares and days as the reader writes them."""

import re
from dataclasses import dataclass
from datetime import date
from functools import cache

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date, format_skeleton
from babel.numbers import format_decimal, format_percent, get_decimal_symbol, get_group_symbol

from stockcast_lib.charts.writing import Writing
from stockcast_lib.core.words import price_text

DEFAULT_LANGUAGE = "en-GB"
# A date's fields as Unicode's patterns have them, and as plotly's formats do.
_FIELD = re.compile(r"'([^']*)'|([A-Za-z])\2*")
_PLOTLY = {
    "y": "%Y", "d": "%-d", "dd": "%d", "M": "%-m", "MM": "%m", "L": "%-m", "LL": "%m",
    "MMM": "%b", "LLL": "%b", "MMMM": "%B", "LLLL": "%B", "E": "%a", "EEE": "%a", "ccc": "%a",
}  # fmt: skip
_PERCENTAGE = re.compile(r"([+\u2212-]?)(\d+(?:\.(\d+))?) ?%")


@dataclass(frozen=True)
class Reader:
    """Whoever looks at the page.

    Attributes:
        language: as browsers name it, such as "de-CH"; one that is not known reads as English.
    """

    language: str = DEFAULT_LANGUAGE

    def price(self, value: float) -> str:
        """A price to the cent, or to four digits where cents would say nothing."""
        if "e" in price_text(value):
            return price_text(value)
        digits = len(price_text(value).partition(".")[2])
        return format_decimal(value, format=f"#,##0.{'0' * digits}", locale=_locale(self.language))

    def share(self, value: float, digits: int = 1) -> str:
        """A share of one as a percentage."""
        return format_percent(
            value, format=f"#,##0.{'0' * digits} %", locale=_locale(self.language)
        )

    def change(self, value: float) -> str:
        """A relative change, always with its sign."""
        sign = "+" if value >= 0 else "\N{MINUS SIGN}"
        return f"{sign}{self.share(abs(value))}"

    def level(self, value: float) -> str:
        """A band's level."""
        return format_percent(value, format="#,##0.# %", locale=_locale(self.language))

    def number(self, value: float, digits: int = 0) -> str:
        """A number with so many decimals."""
        form = f"#,##0.{'0' * digits}" if digits else "#,##0"
        return format_decimal(value, format=form, locale=_locale(self.language))

    def day(self, day: date) -> str:
        """A day, with its month in letters."""
        return format_date(day, "d MMM y" if self._english else "medium", _locale(self.language))

    def weekday(self, day: date) -> str:
        """A day with its day of the week."""
        return f"{format_date(day, 'EEE', _locale(self.language))} {self.day(day)}"

    def sentence(self, words: str) -> str:
        """A sentence that a notebook wrote, its percentages as the reader writes them."""

        def written(found: re.Match[str]) -> str:
            sign = "\N{MINUS SIGN}" if found[1] == "-" else found[1]
            return f"{sign}{self.share(float(found[2]) / 100, len(found[3] or ''))}"

        return _PERCENTAGE.sub(written, words)

    def month(self, day: date) -> str:
        """A month with its year."""
        return format_skeleton("yMMM", day, locale=_locale(self.language))

    @property
    def writing(self) -> Writing:
        """What charts are to know of it."""
        skeletons = _locale(self.language).datetime_skeletons
        hover, tick = (_plotly(str(skeletons[name])) for name in ("yMMMEd", "MMMd"))
        return Writing(self.separators, hover, tick, day=self.day, month=self.month)

    @property
    def separators(self) -> str:
        """The decimal and the group symbol, as plotly takes them."""
        locale = _locale(self.language)
        return get_decimal_symbol(locale) + get_group_symbol(locale)

    @property
    def _english(self) -> bool:
        return _locale(self.language).language == "en" and _locale(self.language).territory != "US"


def _plotly(pattern: str) -> str:
    """A pattern of Unicode's as a date format of plotly's."""

    def field(found: re.Match[str]) -> str:
        quoted = found[1]
        return _PLOTLY.get(found[0], "") if quoted is None else quoted

    return _FIELD.sub(field, pattern.replace("%", "%%"))


@cache
def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError, TypeError):
        return Locale.parse(DEFAULT_LANGUAGE, sep="-")
