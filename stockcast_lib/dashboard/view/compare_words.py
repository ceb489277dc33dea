"""The compared forecasts as a table's columns and rows."""

from collections.abc import Sequence
from typing import Any

from stockcast_lib.core.results import ForecastResult
from stockcast_lib.core.words import NOT_MEASURED, skill_text
from stockcast_lib.dashboard.model.compare import Row
from stockcast_lib.dashboard.reader import Reader

COLUMNS = [
    {"words": words, "kind": kind}
    for words, kind in (
        ("Ticker", "text"), ("Last price", "number"), ("Forecast", "number"),
        ("Change", "number"), ("Band from", "number"), ("Band to", "number"),
        ("Skill", "number"), ("Band held", "number"), ("As of", "text"),
    )
]  # fmt: skip


def table_row(row: Row, reader: Reader, *, in_view: bool) -> dict[str, Any]:
    """A row; one without a result says why."""
    told: dict[str, Any] = {"key": row.ticker, "name": row.ticker}
    if in_view:
        told["current"] = "in view"
    if row.result is None:
        return {**told, "note": row.note, "state": row.state}
    return {**told, "cells": _cells(row.result, reader)}


def chart_words(rows: Sequence[Row], reader: Reader, *, percent: bool) -> str:
    """What the chart shows, for who does not see it."""
    there = [row.result for row in rows if row.result]
    if not there:
        return ""
    names = ", ".join(each.ticker for each in there)
    last = reader.day(max(each.target_date for each in there))
    how = "as changes in per cent" if percent else "as prices"
    return f"The last year of {names} and their forecasts to {last} with their bands, {how}"


def _cells(result: ForecastResult, reader: Reader) -> list[dict[str, Any]]:
    change = result.price / result.last_price - 1
    coverage, skill = result.coverage, reader.sentence(skill_text(result.skill))
    held: tuple[str, float | None] = (NOT_MEASURED.capitalize(), None)
    if coverage is not None:
        held = (
            f"{reader.number(coverage.held)} of {reader.number(coverage.windows)}",
            coverage.held / coverage.windows,
        )
    cells: tuple[tuple[str, Any], ...] = (
        (reader.price(result.last_price), result.last_price),
        (reader.price(result.price), result.price),
        (reader.change(change), change),
        (reader.price(result.lower), result.lower),
        (reader.price(result.upper), result.upper),
        (skill[:1].upper() + skill[1:], result.skill.value if result.skill else None),
        held,
        (reader.day(result.as_of), str(result.as_of)),
    )
    return [{"text": text, "sort": sort} for text, sort in cells]
