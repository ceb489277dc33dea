"""How past forecasts did, as HTML. Every value is escaped: results come out of notebooks."""

from html import escape

from stockcast_lib.core.results import ForecastResult, HorizonSkill, Skill
from stockcast_lib.dashboard.model.backtest import Replayed
from stockcast_lib.dashboard.reader import Reader
from stockcast_lib.dashboard.view.tables import table_html

_WEEK, _MONTH, _YEAR = 5, 21, 252
_SAME = 0.0005
_HEAD = (
    "Sessions ahead", "Windows", "Error against naive", "Band held", "Direction right", "p",
)  # fmt: skip
_MEANINGS = {
    "Sessions ahead": "How many trading days the forecasts looked ahead: 21 are about a month.",
    "Windows": "How many past forecasts do not overlap in time: overlapping ones would count the "
    "same event several times.",
    "Error against naive": "How far off the forecasts were on average, beside the naive forecast: "
    "the last price, unchanged. Smaller is better.",
    "Band held": "In how many of the windows the price came to lie in the band. A band of 80 % "
    "should hold 8 times in 10.",
    "Direction right": "In how many windows with a change the forecast had its direction. Below "
    "it, how often the price rose: who always says a rise would have been right as often.",
    "p": "How often mere chance makes a difference in error as large as this one. Better or worse "
    "is said only below 0.05, and of eight windows or more.",
}


def past_html(result: ForecastResult | None, reader: Reader) -> str:
    """What the result itself says: the verdict, and a row a horizon."""
    if result is None:
        return ""
    skill = result.skill
    if skill is None:
        return _notice("Past forecasts of this stock were not tested.")
    if not skill.horizons:
        return _notice("Not enough history to test: no past forecast's outcome is known yet.")
    verdict = escape(reader.sentence(_verdict(skill)))
    return f"<p>{verdict}</p>{_table(result, skill, reader)}{_meanings()}"


def replayed_html(replayed: Replayed | None, reader: Reader) -> str:
    """How the band of the asked horizon held, above the figure of it."""
    if replayed is None:
        return ""
    windows = replayed.windows
    if windows.frame.empty:
        return _notice("No past window of this length is over yet.")
    count = len(windows.frame)
    since, until = (
        reader.day(day.date())
        for day in (windows.frame["origin"].iloc[0], windows.frame["target"].iloc[-1])
    )
    held = _of(windows.held, count, reader)
    ahead = _sessions(windows.sessions, reader)
    words = (
        f"The {reader.level(windows.level)} band held {held} times: forecasts {ahead} ahead, one "
        f"after the other, from {since} to {until}."
    )
    return f"<h3>Each past forecast and what came</h3><p>{escape(words)}</p>"


def chart_words(replayed: Replayed, reader: Reader) -> str:
    """The figure, for who does not see it."""
    windows = replayed.windows
    return (
        f"Past {reader.level(windows.level)} bands of {windows.ticker} from the oldest to the "
        f"newest, as changes from the price at the start, and where the price came to lie: "
        f"inside {reader.number(windows.held)} of {reader.number(len(windows.frame))} times"
    )


def _verdict(skill: Skill) -> str:
    return skill.verdict or "Each row is a horizon; the one that was asked for stands out."


def _table(result: ForecastResult, skill: Skill, reader: Reader) -> str:
    asked = len(result.path)
    at = next((row for row, each in enumerate(skill.horizons) if each.sessions == asked), None)
    level = reader.level(result.interval)
    head = [f"{name}\n{level}" if name == "Band held" else name for name in _HEAD]
    rows = [_cells(each, reader, asked=each.sessions == asked) for each in skill.horizons]
    return table_html(f"Past forecasts of {result.ticker} by horizon", head, rows, at)


def _cells(at: HorizonSkill, reader: Reader, *, asked: bool) -> tuple[str, ...]:
    direction, held = at.direction, at.coverage
    about = "this forecast" if asked else _about(at.sessions, reader)
    share = f"\n{reader.share(held.held / held.windows, 0)}" if held.windows else ""
    return (
        f"{reader.number(at.sessions)}\n{about}",
        reader.number(at.windows),
        _error(at, reader),
        f"{_of(held.held, held.windows, reader)}{share}",
        f"{_of(direction.right, direction.windows, reader)}\nrose {reader.number(direction.rose)}",
        "-" if at.p_value is None else reader.number(at.p_value, 3),
    )


def _of(part: int, whole: int, reader: Reader) -> str:
    return f"{reader.number(part)} of {reader.number(whole)}"


def _error(at: HorizonSkill, reader: Reader) -> str:
    if at.mase is None or not at.naive_mase:
        return "not measured"
    ratio = at.mase / at.naive_mase
    small = f"\nratio {reader.number(ratio, 3)}"
    if abs(ratio - 1) < _SAME:
        return f"the same{small}"
    return f"{reader.share(abs(ratio - 1))} {'smaller' if ratio < 1 else 'larger'}{small}"


def _about(sessions: int, reader: Reader) -> str:
    for unit, name in ((_YEAR, "year"), (_MONTH, "month"), (_WEEK, "week")):
        if sessions >= unit:
            count = round(sessions / unit)
            return f"about {reader.number(count)} {name}{'' if count == 1 else 's'}"
    return "the next session" if sessions == 1 else "days"


def _sessions(count: int, reader: Reader) -> str:
    return f"{reader.number(count)} session{'' if count == 1 else 's'}"


def _notice(words: str) -> str:
    return f'<p class="stockcast-notice">{escape(words)}</p>'


def _meanings() -> str:
    listed = "".join(f"<dt>{escape(a)}</dt><dd>{escape(b)}</dd>" for a, b in _MEANINGS.items())
    return f"<details><summary>What do the columns mean?</summary><dl>{listed}</dl></details>"
