"""Refusals of the gateway, or of what stands before it, as errors of ours.

1. A problem document's `type` ends with the error's code, and its further members are the details.
2. Only what the same call may well escape from soon is tried again: 429, 502, 503 and 504. A job
   that has failed is no such thing: it has been tried again already.
3. Of an answer that is no problem document, only the status is told: a proxy may repeat the token.
"""

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from stockcast_lib.core.errors import (
    BadAnswer,
    BadSettings,
    ErrorReport,
    Fault,
    GatewayUnavailable,
    StockcastError,
    Unauthorised,
    error_from_report,
)

_PROBLEM_TYPE = "application/problem+json"
_PASSING = frozenset({429, 502, 503, 504})
_STANDARD = frozenset({"type", "title", "status", "detail", "instance"})
_REDIRECTS = 300


@dataclass(frozen=True)
class Refusal:
    """An answer that is not a success.

    Attributes:
        media: its media type.
        retry_after: seconds, where it says so.
    """

    status: int
    media: str
    retry_after: float | None
    body: bytes

    @property
    def may_pass(self) -> bool:
        """Whether the same call may do better soon."""
        problem = self._problem()
        return self.status in _PASSING and not (problem and "id" in problem)

    def error(self) -> StockcastError:
        """What it means."""
        problem = self._problem() or {"type": "", "detail": f"It answers {self.status}."}
        details = {name: value for name, value in problem.items() if name not in _STANDARD}
        if self.retry_after is not None and self.status in _PASSING:
            details = {"retry_after": self.retry_after, **details}
        code = problem["type"].rpartition("/")[2]
        report = ErrorReport(
            code=code, message=problem["detail"], fault=Fault.OURS, retryable=False, details=details
        )
        known = error_from_report(report)
        # An unknown code has become the root.
        return known if type(known) is not StockcastError else self._by_status(report)

    def _by_status(self, report: ErrorReport) -> StockcastError:
        if self.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            return Unauthorised("The gateway refuses the call: set STOCKCAST_API_TOKEN to a token.")
        if self.status == HTTPStatus.NOT_FOUND and report.code in {"", "http-404"}:
            return BadSettings("The gateway's URL leads to no Stockcast API: check its path.")
        if _REDIRECTS <= self.status < HTTPStatus.BAD_REQUEST:
            return BadSettings("The gateway's URL leads elsewhere: give the one it leads to.")
        if self.status in _PASSING:
            return GatewayUnavailable(f"The gateway is away. {report.message}", **report.details)
        if not report.code:
            return BadAnswer(f"The gateway is not what answers there. {report.message}")
        return StockcastError(report.message, **report.details)

    def _problem(self) -> dict[str, Any] | None:
        if self.media != _PROBLEM_TYPE:
            return None
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            return None
        if not isinstance(found, dict):
            return None
        texts = (found.get("type"), found.get("detail"))
        return found if all(isinstance(text, str) and text for text in texts) else None
