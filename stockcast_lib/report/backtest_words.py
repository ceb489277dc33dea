"""How past forecasts of a ticker did, in words and figures."""

from stockcast_lib.charts.skill_table import HEAD, measures
from stockcast_lib.core.results import Skill
from stockcast_lib.core.words import skill_text
from stockcast_lib.report.html import card, paragraphs, table


def backtest_html(ticker: str, days: int, skill: Skill) -> str:
    """For a notebook: the verdict, then each horizon's measures."""
    figures = [("skill", skill_text(skill)), ("separate windows", str(skill.windows))]
    rows = [measures(each) for each in skill.horizons]
    measured = table(HEAD, rows) if rows else ""
    heading = f"Past forecasts of {ticker}, {days} days ahead"
    return card(heading, figures, paragraphs([skill.verdict]), measured)
