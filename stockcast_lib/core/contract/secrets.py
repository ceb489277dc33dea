"""What looks like a secret in a text: known shapes, and random text under a telling name.

No message here repeats what was found.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

HIDDEN = "[hidden]"
_PICTURES = ("image/png", "image/jpeg")
_SHAPES = {
    "an AWS access key": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "a GitHub token": r"\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})",
    "a GitLab token": r"\bglpat-[A-Za-z0-9_-]{20,}",
    "a Slack token": r"\bxox[abeprs]-[A-Za-z0-9-]{10,}",
    "a Google key": r"\bAIza[0-9A-Za-z_-]{35}",
    "a secret API key": r"\b[sr]k[-_](?:live_|test_|proj-|ant-)?[A-Za-z0-9_-]{20,}",
    "a JSON web token": r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*",
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*(?:-----END [A-Z ]*-----)?",
    "a bearer token": r"\b[Bb]earer\s+[A-Za-z0-9._~+/=-]{16,}",
    "a password in a URL": r"\b[a-z][a-z0-9+.-]*://[^\s/:@'\"]*:[^\s/@'\"]{3,}@",
}
_SHAPED = {what: re.compile(shape) for what, shape in _SHAPES.items()}
# `API_KEY = "…"`, `"secret": "…"`, `token="…"`, `os.environ["AWS_SECRET_ACCESS_KEY"] = "…"`.
_ASSIGNED = re.compile(
    r"""(?P<name>(?<!\w)\w*(?:key|token|secret|passw(?:or)?d|credential)s?\w*)["'\]]{0,3}\s*"""
    r"""(?::\s*\w+\s*)?[:=]\s*["']?(?P<value>[^\s"',;]{12,})""",
    re.IGNORECASE,
)
# What each of them begins with or is named by. Most texts, such as a figure's dates, have none.
_MARKS = re.compile(
    r"AKIA|ASIA|gh[pousr]_|github_pat_|glpat-|xox|AIza|[sr]k[-_]|eyJ|-BEGIN|earer|://|"
    r"key|token|secret|passw|credential",
    re.IGNORECASE,
)
# Bits a character: English words have fewer, random letters and digits more.
_RANDOM = 3.2


@dataclass(frozen=True)
class Found:
    """Something that looks like a secret.

    Attributes:
        what: it looks like.
        start, end: where it is in the text.
    """

    what: str
    start: int
    end: int


def find_secrets(text: str) -> list[Found]:
    """All that looks like a secret, in order; none overlaps another."""
    if not _MARKS.search(text):
        return []
    found = [
        Found(what, *match.span())
        for what, shape in _SHAPED.items()
        for match in shape.finditer(text)
    ]
    found += [
        Found(f"a random value of {match['name']}", *match.span("value"))
        for match in _ASSIGNED.finditer(text)
        if _is_random(match["value"])
    ]
    apart: list[Found] = []
    for each in sorted(found, key=lambda one: (one.start, -one.end)):
        if not apart or each.start >= apart[-1].end:
            apart.append(each)
    return apart


def hide_secrets(text: str, known: Iterable[str] = ()) -> str:
    """The text with `[hidden]` in the place of secrets.

    Args:
        text: any.
        known: values that are secret, whatever they look like.
    """
    for value in known:
        if value:
            text = text.replace(value, HIDDEN)
    for found in reversed(find_secrets(text)):
        text = text[: found.start] + HIDDEN + text[found.end :]
    return text


def hide_outputs(value: Any, known: Iterable[str] = ()) -> Any:
    """The same JSON value with `hide_secrets` done to every text in it, but to pictures.

    Args:
        value: outputs of a cell, or a MIME bundle.
        known: values that are secret, whatever they look like.
    """
    known = tuple(known)
    if isinstance(value, str):
        return hide_secrets(value, known)
    if isinstance(value, list | tuple):
        return _hidden_lines(value, known)
    if isinstance(value, dict):
        return {
            hide_secrets(name, known): each
            if name.startswith(_PICTURES)
            else hide_outputs(each, known)
            for name, each in value.items()
        }
    return value


def _is_line(value: Any) -> bool:
    return isinstance(value, str) and value.endswith("\n")


def _hidden_lines(values: Sequence[Any], known: tuple[str, ...]) -> list[Any]:
    # A notebook keeps a text as lines, and what stretches over two is one secret.
    *before, last = values or [None]
    if before and all(map(_is_line, before)) and isinstance(last, str):
        return hide_secrets("".join(values), known).splitlines(keepends=True)
    return [hide_outputs(each, known) for each in values]


def _is_random(value: str) -> bool:
    # Words and calls, such as `os.environ["TOKEN"]` or `settings.read_token()`, are none.
    if not re.search(r"\d", value) or re.search(r"[()\[\]{}]", value):
        return False
    counted = Counter(value)
    shares = (count / len(value) for count in counted.values())
    return -sum(share * math.log2(share) for share in shares) >= _RANDOM
