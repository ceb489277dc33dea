"""Schemas of the OpenAPI document in words."""

import json
from collections.abc import Iterator
from html import escape
from typing import Any

from stockcast_lib.evidence.shell import table
from stockcast_lib.web.pages.problem import in_code

_LIMITS = {
    "minimum": "at least {}",
    "exclusiveMinimum": "more than {}",
    "maximum": "at most {}",
    "exclusiveMaximum": "less than {}",
    "maxLength": "at most {} characters",
    "pattern": "like {}",
    "default": "{} if not given",
}


def kind_of(schema: dict[str, Any]) -> str:
    """What a value is, as HTML; a schema with a name becomes a link to it."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#{name}">{name}</a>'
    for choice in ("anyOf", "oneOf", "allOf"):
        if choice in schema:
            return " or ".join(kind_of(each) for each in schema[choice])
    if "enum" in schema or "const" in schema:
        values = schema.get("enum", [schema.get("const")])
        return ", ".join(f"<code>{escape(json.dumps(value))}</code>" for value in values)
    if schema.get("type") == "array" and isinstance(schema.get("items"), dict):
        return f"list of {kind_of(schema['items'])}"
    return (
        escape(" ".join(str(schema[key]) for key in ("type", "format") if key in schema)) or "any"
    )


def limits_of(schema: dict[str, Any]) -> str:
    """What else is asked of it, as HTML."""
    told = (
        words.format(f"<code>{escape(_literal(schema[name]))}</code>")
        for name, words in _LIMITS.items()
        if schema.get(name) is not None
    )
    return ", ".join(told)


def _literal(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def fields(schema: dict[str, Any]) -> str:
    """A table of an object's fields."""
    return table(("Field", "Value", "Meaning"), _rows(schema))


def _rows(schema: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    required = schema.get("required", ())
    for name, each in schema.get("properties", {}).items():
        needed = "" if name in required else " <span class='quiet'>(optional)</span>"
        described = in_code(each.get("description", "").rstrip("."))
        said = "; ".join(filter(None, (described, limits_of(each))))
        yield f"<code>{escape(name)}</code>{needed}", kind_of(each), said
