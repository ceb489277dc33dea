"""Errors as RFC 9457 problem details."""

import math
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from stockcast_lib.core.errors import ErrorReport
from stockcast_lib.web.problem_meanings import status_of

PROBLEM_TYPE = "application/problem+json"
_RETRY_AFTER = 5
# With these comes Retry-After.
ASK_AGAIN = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)


@dataclass(frozen=True)
class Problem:
    """A status, its headers and the body."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str]


def problem(status: int, code: str, detail: str, /, **members: Any) -> Problem:
    """A problem document; `code` is stable and makes its `type`."""
    known = HTTPStatus(status)
    headers = {"Content-Type": PROBLEM_TYPE}
    if known in ASK_AGAIN:
        headers["Retry-After"] = str(_whole_seconds(members.get("retry_after")))
    standard = {
        "type": f"/problems/{code}",
        "title": known.phrase,
        "status": int(known),
        "detail": detail,
    }
    # An error's details may have any name: they never take the place of the standard members.
    return Problem(int(known), {**standard, **members, **standard}, headers)


def _whole_seconds(asked: Any) -> int:
    """What the header takes: whole seconds, whatever a notebook said."""
    return math.ceil(asked) if isinstance(asked, int | float) and asked > 0 else _RETRY_AFTER


def problem_from(error: ErrorReport, **members: Any) -> Problem:
    """The problem document for an error of ours, with further members."""
    return problem(status_of(error.code), error.code, error.message, **{**error.details, **members})
