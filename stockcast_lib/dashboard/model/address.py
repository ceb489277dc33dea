"""The view as an address, so that a link shows it again."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode

_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,9}")
_LEVEL = re.compile(r"0?\.[0-9]{1,3}")
_RANGE = re.compile(r"[0-9]{1,3}m|all|[0-9]{4}-[0-9]{2}-[0-9]{2}_[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,62}")
_LONGEST = 200


@dataclass(frozen=True)
class Field:
    """A trait as a field of the address.

    Attributes:
        name: in the address.
        default: is left out.
        read: makes a value of the text; None for one that is not of the kind.
    """

    name: str
    default: Any
    read: Callable[[str], Any]


def whole(text: str) -> int | None:
    """A whole number; the rules for it are the request's."""
    return int(text) if _WHOLE_NUMBER.fullmatch(text) else None


def level(text: str) -> float | None:
    """A band's level."""
    return float(text) if _LEVEL.fullmatch(text) else None


def words(text: str) -> str | None:
    """A short text."""
    return text[:_LONGEST]


def name(text: str) -> str | None:
    """What a model may be called."""
    return text if _NAME.fullmatch(text) else None


def flag(text: str) -> bool | None:
    """A yes or a no."""
    return {"1": True, "0": False}.get(text)


def one_of(*names: str) -> Callable[[str], str | None]:
    """One of a few names."""
    return lambda text: text if text in names else None


def tickers(text: str) -> list[str] | None:
    """Tickers between commas, as they are written."""
    return [each.strip() for each in text[:_LONGEST].split(",") if each.strip()]


def settings(text: str) -> dict[str, str] | None:
    """Names and texts, as `_text` writes them."""
    pairs = (each.partition(":") for each in text[:_LONGEST].split(","))
    return {name: told for name, colon, told in pairs if name and colon}


def months_or_days(text: str) -> str | None:
    """How far back a chart looks: "6m", "all", or from one day to another."""
    return text if _RANGE.fullmatch(text) else None


def query_of(values: Mapping[str, Any], fields: tuple[Field, ...]) -> str:
    """The query that says the same; fields at their defaults are left out."""
    told = [(field.name, values[field.name]) for field in fields]
    changed = [
        (name, _text(value))
        for (name, value), field in zip(told, fields, strict=True)
        if value != field.default
    ]
    return urlencode(changed, safe=",:")


def values_of(query: str, fields: tuple[Field, ...]) -> dict[str, Any]:
    """Each field's value in a query; its default where it is missing or not of its kind."""
    given = parse_qs(query[:2000])
    values = {}
    for field in fields:
        text = given.get(field.name, [""])[-1]
        value = field.read(text) if text else None
        values[field.name] = field.default if value is None else value
    return values


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, list):
        return ",".join(value)
    if isinstance(value, Mapping):
        return ",".join(f"{name}:{_text(each)}" for name, each in value.items())
    return f"{value:g}" if isinstance(value, float) else str(value)
