"""What is said of the wrong fields of a request: enough to mend it, however much is wrong."""

from collections.abc import Callable
from typing import Any

from pydantic import ValidationError

MOST_FIELDS = 50
_LONGEST_NAME = 100
_LONGEST_MESSAGE = 300


def wrong_fields(
    error: ValidationError, message: Callable[[str, Any], str], whole: str = ""
) -> list[dict[str, str]]:
    """The first wrong fields, each with its rule.

    Args:
        error: what pydantic found.
        message: the rule, by the field's name and pydantic's fault.
        whole: the name of what was sent, where all of it is wrong.
    """
    return [_told(fault, message, whole) for fault in error.errors()[:MOST_FIELDS]]


def _told(fault: Any, message: Callable[[str, Any], str], whole: str) -> dict[str, str]:
    name = field_name(fault) or whole
    return {"field": name, "message": _cut(message(name, fault), _LONGEST_MESSAGE)}


def field_name(fault: Any) -> str:
    """Where in the request a fault is; the caller may have named it at any length."""
    return _cut(".".join(map(str, fault["loc"])), _LONGEST_NAME)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[:longest]}…"
