"""Errors as RFC 9457 problem details."""

import math
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from stockcast_lib.core.errors import ErrorReport

PROBLEM_TYPE = "application/problem+json"
_RETRY_AFTER = 5
_STATUS = {
    "invalid-request": HTTPStatus.UNPROCESSABLE_ENTITY,
    "idempotency-key-reused": HTTPStatus.UNPROCESSABLE_ENTITY,
    "not-enough-history": HTTPStatus.UNPROCESSABLE_ENTITY,
    "unknown-ticker": HTTPStatus.NOT_FOUND,
    "unknown-job": HTTPStatus.NOT_FOUND,
    "lost-job": HTTPStatus.GONE,
    "queue-full": HTTPStatus.TOO_MANY_REQUESTS,
    "throttled": HTTPStatus.TOO_MANY_REQUESTS,
    "vendor-unavailable": HTTPStatus.BAD_GATEWAY,
    "bad-vendor-data": HTTPStatus.BAD_GATEWAY,
    "bad-vendor-key": HTTPStatus.BAD_GATEWAY,
    "not-in-plan": HTTPStatus.BAD_GATEWAY,
    "store-unavailable": HTTPStatus.SERVICE_UNAVAILABLE,
    "queue-unavailable": HTTPStatus.SERVICE_UNAVAILABLE,
    "worker-unavailable": HTTPStatus.SERVICE_UNAVAILABLE,
}
_ASK_AGAIN = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)


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
    if known in _ASK_AGAIN:
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
    status = _STATUS.get(error.code, HTTPStatus.INTERNAL_SERVER_ERROR)
    return problem(status, error.code, error.message, **{**error.details, **members})
