"""What colours a figure document holds."""

import re
from collections.abc import Iterator
from typing import Any

COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}|\brgba?\([^)]*\)")


def colours_of(document: dict[str, Any]) -> set[str]:
    return {found for text in _texts(document) for found in COLOUR.findall(text)}


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for held in value.values():
                yield from _texts(held)
        case list():
            for held in value:
                yield from _texts(held)


def luminance(colour: str) -> float:
    """WCAG 2's relative luminance of `#rrggbb`."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """WCAG 2's contrast ratio."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)
