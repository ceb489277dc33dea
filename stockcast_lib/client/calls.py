"""The calls that take more than a path, and what is checked before anything is sent."""

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from stockcast_lib.client.transport import SILENCE, Call
from stockcast_lib.core.errors import BadAnswer, InvalidRequest, UnknownJob

FORECASTS = "/forecasts"
_JOB_ID = re.compile(r"[a-z2-7]{32}")
_KEY = re.compile(r"[!-~]{1,255}")


@dataclass(frozen=True)
class Asked:
    """A request for a forecast; the gateway says what is wrong with it."""

    ticker: str
    days: int
    model: str
    params: Mapping[str, Any] | None

    def body(self) -> bytes:
        """As JSON.

        Raises:
            InvalidRequest: JSON has no words for it.
        """
        document = {**vars(self), "params": dict(self.params or {})}
        try:
            return json.dumps(document, default=_as_text, allow_nan=False).encode()
        except (TypeError, ValueError, RecursionError) as error:
            told = f"The request is not valid: it holds what JSON cannot say ({error})."
            raise InvalidRequest(told, fields=[]) from None


def submission(asked: Asked, priority: str, wait: float = 0, key: str | None = None) -> Call:
    """The call that submits a request; however often it arrives, it submits once.

    Args:
        asked: the request.
        priority: "interactive" or "batch".
        wait: seconds that the gateway is to wait for the result.
        key: names the submission; a new one by default.

    Raises:
        InvalidRequest: the request or the key cannot be sent.
    """
    return Call(
        "POST",
        FORECASTS,
        query={"wait": wait, "priority": priority},
        body=asked.body(),
        headers={"Content-Type": "application/json", **_named(key)},
        silence=SILENCE + wait,
    )


def withdrawal(job_id: str, key: str | None = None) -> Call:
    """The call that takes one request for a job back; however often it arrives, it does so once.

    Args:
        job_id: the job.
        key: names the withdrawal; a new one by default.

    Raises:
        UnknownJob: no job has such an id.
        InvalidRequest: the key cannot be sent.
    """
    return Call("DELETE", job_path(job_id), headers=_named(key))


def _named(key: str | None) -> dict[str, str]:
    key = secrets.token_hex(16) if key is None else key
    if not _KEY.fullmatch(key):
        told = "An idempotency key must be 1 to 255 visible ASCII characters."
        raise InvalidRequest(told, fields=[])
    return {"Idempotency-Key": key}


def job_path(job_id: str, evidence: str = "") -> str:
    """Where a job or its evidence is.

    Raises:
        UnknownJob: no job has such an id.
    """
    if not _JOB_ID.fullmatch(job_id):
        raise UnknownJob("There is no forecast with this id.")
    return f"{FORECASTS}/{job_id}/{evidence}".rstrip("/")


def figure_document(body: bytes) -> dict[str, Any]:
    """A chart as a plotly document.

    Raises:
        BadAnswer: it is none.
    """
    try:
        figure = json.loads(body)
    except (ValueError, RecursionError):
        figure = None
    if not isinstance(figure, dict):
        raise BadAnswer("The gateway's chart is no plotly document: check its URL.")
    return figure


def _as_text(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"a {type(value).__name__}")
