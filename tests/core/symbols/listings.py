"""Directories as large and as crowded as real ones, from a seed."""

import random
from functools import cache

from stockcast_lib.core.symbols import Symbol, SymbolDirectory

KNOWN = (
    Symbol("AAPL", "Apple Inc.", "NASDAQ"),
    Symbol("APLE", "Apple Hospitality REIT, Inc.", "NYSE"),
    Symbol("APP", "AppLovin Corporation", "NASDAQ"),
    Symbol("APPN", "Appian Corporation", "NASDAQ"),
    Symbol("MSFT", "Microsoft Corporation", "NASDAQ"),
    Symbol("BRK.A", "Berkshire Hathaway Inc.", "NYSE"),
    Symbol("BRK.B", "Berkshire Hathaway Inc.", "NYSE"),
    Symbol("T", "AT&T Inc.", "NYSE"),
    Symbol("MCD", "McDonald's Corporation", "NYSE"),
    Symbol("JPM", "JPMorgan Chase & Co.", "NYSE"),
    Symbol("XOM", "Exxon Mobil Corporation", "NYSE"),
    Symbol("NVDA", "NVIDIA Corporation", "NASDAQ"),
    Symbol("GS", "The Goldman Sachs Group, Inc.", "NYSE"),
    Symbol("BAC", "Bank of America Corporation", "NYSE"),
    Symbol("NSRGY", "Nestlé S.A.", "PINK"),
)
# How many tickers of each length there are in 100.
_LENGTHS = (1,) * 1 + (2,) * 2 + (3,) * 13 + (4,) * 44 + (5,) * 40
_LETTERS = "AAABBCCCDDEEEEFFGGHHIIIJKLLLMMMNNNOOPPPQRRRSSSSTTTTUVVWXYZ"
_STARTS = "b br c ch cl cr d dr f fl fr g gl gr h j k l m n p ph pr qu r s sc sh sl st t tr v w z"
_VOWELS = "a e i o u ai ea ia io oo ou"
_ENDS = " n r s t x l m nd rt st ck ng"
_TRADES = (
    "Acquisition Bancorp Bank Bio Biosciences Brands Capital Communications Dynamics Energy "
    "Entertainment Equity Financial Foods Gold Growth Health Holdings Income Industries "
    "Infrastructure International Logistics Media Medical Mining Networks Oil Partners "
    "Pharmaceuticals Properties Realty Resources Semiconductor Software Solar Systems "
    "Technologies Therapeutics Trust Utilities"
)
_FORMS = ["Inc."] * 5 + ["Corp."] * 3 + ["Corporation", "Ltd", "plc", "Inc. Class A", "Fund", "ETF"]
_EXCHANGES = ["NASDAQ"] * 4 + ["NYSE"] * 3 + ["NYSE ARCA", "OTC", "PINK"]


def listings(count: int, seed: int = 1) -> list[Symbol]:
    """So many symbols, `KNOWN` among them, each ticker once."""
    chance = random.Random(seed)  # noqa: S311 - the same listings each time
    made = {symbol.ticker: symbol for symbol in KNOWN}
    while len(made) < count:
        ticker = "".join(chance.choices(_LETTERS, k=chance.choice(_LENGTHS)))
        if ticker not in made:
            made[ticker] = Symbol(
                ticker,
                _name(chance),
                chance.choice(_EXCHANGES),
                active=chance.random() < 0.7,
            )
    return list(made.values())


@cache
def directory(count: int) -> SymbolDirectory:
    """The directory over `listings`, its index built."""
    made = SymbolDirectory(listings(count), complete=False)
    made.search("x")
    return made


def _name(chance: random.Random) -> str:
    coined = "".join(
        chance.choice(_STARTS.split()) + chance.choice(_VOWELS.split())
        for _ in range(chance.choice((1, 2, 2, 3)))
    )
    trades = chance.sample(_TRADES.split(), k=chance.choice((0, 1, 1, 2)))
    words = (coined.title() + chance.choice(_ENDS.split(" ")), *trades, chance.choice(_FORMS))
    return " ".join(words)
