"""JSON from whoever sends it: within a depth, and of what every reader and store takes."""

import json
import math
from typing import Any

# Notebooks, the deepest that anybody sends, need a dozen.
MAX_DEPTH = 100
_TOO_DEEP = f"is nested deeper than {MAX_DEPTH} levels"


class NoPlainJson(ValueError):
    """The text is not such JSON; the message says why, as the end of a sentence."""


def plain_json(text: str) -> Any:
    """The value in a text.

    Raises:
        NoPlainJson: it is no JSON, nested deeper than `MAX_DEPTH`, or holds a number that is not
            finite or half a character.
    """
    try:
        value = json.loads(text, parse_constant=_refused, parse_float=_finite)
        # An escape may stand for half a character, which no store takes.
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except RecursionError:
        raise NoPlainJson(_TOO_DEEP) from None
    except UnicodeEncodeError:
        raise NoPlainJson("holds half a character") from None
    except NoPlainJson:
        raise
    except ValueError:
        raise NoPlainJson("is not JSON") from None
    if _is_deeper(value, MAX_DEPTH):
        raise NoPlainJson(_TOO_DEEP)
    return value


def _refused(name: str) -> None:
    raise NoPlainJson(f"holds {name}, which is not JSON")


def _finite(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise NoPlainJson("holds a number that is too large")
    return value


def _is_deeper(value: Any, levels: int) -> bool:
    level = [value]
    for _ in range(levels):
        level = [inner for each in level for inner in _inside(each)]
    return any(isinstance(each, dict | list) for each in level)


def _inside(value: Any) -> Any:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
