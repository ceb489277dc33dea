"""What can go wrong with a vendor's answer: each fault takes a good answer and gives another.

The faults of time and connection (hang, drip, cut) are left to the server.
"""

import base64
import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from tests.standins.vendor_answers import (
    JSON,
    Answer,
    as_json,
    nasdaq_error,
    page,
    plain,
    tiingo_error,
)

TIINGO, NASDAQ = "tiingo", "nasdaq_data_link"
OF_TIME = ("hang", "drip", "cut")
_PARTS = ("Ex-Dividend", "Split Ratio")
_UPGRADE = "Please upgrade at the vendor's site to have your limits increased."
_MONTHLY = f"You have run over your 500 symbol look up for this month. {_UPGRADE}"


@dataclass
class Fault:
    """A fault, and how often it is still to happen; None for ever."""

    kind: str
    times: int | None = None
    retry_after: str | None = None
    status: int = 503
    code: str = "QECx02"
    content_type: str = JSON
    body: str = ""

    def __post_init__(self) -> None:
        if self.kind not in (*OF_TIME, *KINDS):
            raise ValueError(self.kind)


def spoilt(answer: Callable[[], Answer], fault: Fault, vendor: str, ticker: str) -> Answer:
    """What the vendor answers with the fault."""
    return KINDS[fault.kind](answer, fault, vendor, ticker)


def unknown(vendor: str, ticker: str) -> Answer:
    """The vendor has no such ticker."""
    if vendor == TIINGO:
        return tiingo_error(f"Error: Ticker '{ticker}' not found", 404)
    return nasdaq_error("QECx02", "You have submitted an incorrect Quandl code.", 404)


def bad_key(vendor: str) -> Answer:
    """The vendor does not know the key."""
    if vendor == TIINGO:
        return tiingo_error("Invalid token.", 401)
    return nasdaq_error("QEAx01", "We could not recognize your API key.", 400)


def hourly(vendor: str, **headers: str) -> Answer:
    """The calls of the hour, or of ten minutes, are used up."""
    if vendor == TIINGO:
        text = f"Error: You have run over your hourly request allocation. {_UPGRADE}"
        return tiingo_error(text, 429, **headers)
    text = "You have exceeded your 10-minute call limit as a registered user."
    return nasdaq_error("QELx04", text, 429, **headers)


def missing_key(vendor: str) -> Answer:
    """The call has no key."""
    if vendor == TIINGO:
        return tiingo_error("Please supply a token", 403)
    return nasdaq_error("QEAx03", "An API key is required.", 401)


def _plan(vendor: str) -> Answer:
    if vendor == TIINGO:
        return tiingo_error("You do not have permission to access this API.", 403)
    return nasdaq_error("QEPx04", "You do not have permission to view this dataset.", 403)


def _retry(fault: Fault) -> dict[str, str]:
    return {"Retry-After": fault.retry_after} if fault.retry_after is not None else {}


def _malformed(change: Callable[[list[Any]], None]) -> Callable[..., Answer]:
    def spoil(answer: Callable[[], Answer], *_: Any) -> Answer:
        document = json.loads(answer().body)
        rows = document
        if isinstance(document, dict):
            inner = next(document[key] for key in ("dataset_data", "datatable") if key in document)
            rows = inner["data"]
        change(rows)
        return as_json(document)

    return spoil


def _set_close(value: Any) -> Callable[[list[Any]], None]:
    def change(rows: list[Any]) -> None:
        row = rows[len(rows) // 2]
        # A table's row begins with the ticker.
        place = "close" if isinstance(row, dict) else 4 + (not row[0][0].isdigit())
        row[place] = value

    return change


def _double(rows: list[Any]) -> None:
    rows.insert(len(rows) // 2, rows[len(rows) // 2])


def _swap(rows: list[Any]) -> None:
    rows[3], rows[7] = rows[7], rows[3]


def _without_parts(answer: Callable[[], Answer], *_: Any) -> Answer:
    """As a database of Nasdaq Data Link with nothing but its own adjusted closes."""
    document = json.loads(answer().body)
    series = document["dataset_data"]
    kept = [n for n, name in enumerate(series["column_names"]) if name not in _PARTS]
    series["column_names"] = [series["column_names"][n] for n in kept]
    series["data"] = [[row[n] for n in kept] for row in series["data"]]
    return as_json(document)


def _truncated(answer: Callable[[], Answer], *_: Any) -> Answer:
    whole = answer()
    return Answer(200, whole.body[: len(whole.body) // 2], whole.headers)


def _raw(fault: Fault) -> Answer:
    body = base64.b64decode(fault.body)
    return Answer(fault.status, body, {"Content-Type": fault.content_type})


@cache
def _much_in_little() -> bytes:
    return gzip.compress(b" " * 50_000_000)


def _bomb(*_: Any) -> Answer:
    body = _much_in_little()
    return Answer(200, body, {"Content-Type": JSON, "Content-Encoding": "gzip"})


KINDS: dict[str, Callable[[Callable[[], Answer], Fault, str, str], Answer]] = {
    "unknown": lambda _, __, vendor, ticker: unknown(vendor, ticker),
    "throttled": lambda _, fault, __, ___: as_json({}, 429, **_retry(fault)),
    "hourly": lambda _, fault, vendor, __: hourly(vendor, **_retry(fault)),
    "monthly": lambda *_: plain(_MONTHLY),
    "monthly-json": lambda *_: tiingo_error(_MONTHLY, 200),
    "limit-text": lambda *_: plain("Exceeded the daily hits limit"),
    "plan": lambda _, __, vendor, ___: _plan(vendor),
    "bad-key": lambda _, __, vendor, ___: bad_key(vendor),
    "missing-key": lambda _, __, vendor, ___: missing_key(vendor),
    "code": lambda _, fault, __, ___: nasdaq_error(fault.code, "As the code says.", fault.status),
    "status": lambda _, fault, __, ___: as_json({}, fault.status, **_retry(fault)),
    "page": lambda *_: page(),
    "page-status": lambda _, fault, __, ___: page(fault.status),
    "other-404": lambda *_: tiingo_error("Not found.", 404),
    "truncated": _truncated,
    "empty": lambda *_: Answer(),
    "no-rows": lambda *_: as_json([]),
    "bomb": _bomb,
    "raw": lambda _, fault, __, ___: _raw(fault),
    "redirect": lambda *_: Answer(302, b"", {"Location": "http://localhost.invalid/elsewhere"}),
    "redirect-loop": lambda *_: Answer(302, b"", {"Location": "?again"}),
    "null": _malformed(_set_close(None)),
    "negative": _malformed(_set_close(-1.0)),
    "text": _malformed(_set_close("12.5")),
    "no-parts": _without_parts,
    "duplicate": _malformed(_double),
    "unsorted": _malformed(_swap),
}  # fmt: skip
