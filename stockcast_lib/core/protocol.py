"""The TCP messages: bytes in, dataclasses out. `server/PROTOCOL.md` shows them as a table.

1. No sockets and no clock here: the caller brings the line, the key, the time and the nonce.
2. A message is one UTF-8 JSON object on one line of at most `MAX_LINE` bytes, newline included.
3. A message carries `v`, `type`, `at` (seconds since the epoch), `nonce` and `auth`: the
   HMAC-SHA256 in hex, under the shared frame key, over the canonical JSON of all other fields.
   Each frame has a nonce of its own, which whoever takes it remembers while its time is good.
4. A reply is one such line without `auth`: the connection that carries it was opened by whoever
   holds the key.
5. A message may carry `traceparent`: the trace that it belongs to, signed like all else.
6. What does not parse raises `BadFrame`; what parses under the wrong key, `Unauthorised`.
"""

import hashlib
import hmac
import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import ValidationError

from stockcast_lib.core.errors import BadFrame, ErrorReport, Unauthorised
from stockcast_lib.core.plain_json import NoPlainJson, plain_json
from stockcast_lib.core.traceparent import is_traceparent

VERSION = 1
MAX_LINE = 64 * 1024
MAX_CLOCK_SKEW_SECONDS = 300.0
# In characters, of a reason that is cut short.
_LONGEST_MESSAGE = 1000


@dataclass(frozen=True)
class Submit:
    """Client to ingest worker: make this forecast, for this asker. The receiver validates both."""

    request: dict[str, Any]
    asker: dict[str, Any]
    traceparent: str | None = None


@dataclass(frozen=True)
class HandOver:
    """Ingest worker to forecast worker: the prices for this job are in the store."""

    job_id: str
    price_version: str
    traceparent: str | None = None


Message = Submit | HandOver
_TYPES: dict[str, type[Submit] | type[HandOver]] = {"submit": Submit, "hand_over": HandOver}
_NAMES = {kind: name for name, kind in _TYPES.items()}


@dataclass(frozen=True)
class Frame:
    """A signed message as it came; no other frame has its nonce."""

    message: Message
    nonce: str


def span_name(message: Message) -> str:
    """What a message is called in a trace."""
    return _NAMES[type(message)].replace("_", "-")


class Status(StrEnum):
    """What became of a message."""

    ACCEPTED = "accepted"
    JOINED = "joined"
    DONE = "done"
    REJECTED = "rejected"


@dataclass(frozen=True)
class Reply:
    """The worker's answer: a job id, or the reason why not."""

    status: Status
    job_id: str | None = None
    reason: ErrorReport | None = None


def _canonical(value: dict[str, Any]) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def _auth(fields: dict[str, Any], key: bytes) -> str:
    return hmac.new(key, b"frame:" + _canonical(fields), hashlib.sha256).hexdigest()


def _line(fields: dict[str, Any]) -> bytes:
    line = _canonical(fields) + b"\n"
    if len(line) > MAX_LINE:
        raise BadFrame(f"The message has {len(line)} bytes; at most {MAX_LINE} are allowed.")
    return line


def _fields(line: bytes) -> dict[str, Any]:
    if len(line) > MAX_LINE:
        raise BadFrame(f"The line is longer than {MAX_LINE} bytes.")
    try:
        fields = plain_json(line.decode("utf-8"))
    except UnicodeDecodeError:
        raise BadFrame("The line is not UTF-8.") from None
    except NoPlainJson as error:
        raise BadFrame(f"The line {error}.") from None
    if not isinstance(fields, dict):
        raise BadFrame("The line is not a JSON object.")
    if fields.get("v") != VERSION:
        raise BadFrame(f"The message has another version than {VERSION}, the one spoken here.")
    return fields


def encode_message(message: Message, *, key: bytes, nonce: str, at: float) -> bytes:
    """The line for a message.

    Raises:
        BadFrame: the line would be longer than `MAX_LINE`.
    """
    fields = {"v": VERSION, "type": _NAMES[type(message)], "nonce": nonce, "at": at}
    fields |= {name: value for name, value in message.__dict__.items() if value is not None}
    return _line(fields | {"auth": _auth(fields, key)})


def decode_frame(line: bytes, *, key: bytes, now: float) -> Frame:
    """The message in a line, and its nonce.

    Raises:
        BadFrame: not a message of ours.
        Unauthorised: signed with another key, or at another time.
    """
    fields = _fields(line)
    auth = fields.pop("auth", None)
    if not isinstance(auth, str) or not auth.isascii():
        raise BadFrame("The message has no 'auth'.")
    if not hmac.compare_digest(auth, _auth(fields, key)):
        raise Unauthorised("The message is signed with another key: check STOCKCAST_FRAME_KEY.")
    nonce = _nonce(fields, now)
    return Frame(_message(fields), nonce)


def _nonce(fields: dict[str, Any], now: float) -> str:
    at, nonce = fields.pop("at", None), fields.pop("nonce", None)
    if not isinstance(at, int | float) or isinstance(at, bool):
        raise BadFrame("'at' must be seconds since the epoch.")
    if not isinstance(nonce, str) or not nonce:
        raise BadFrame("'nonce' must be text.")
    # Compared, not subtracted: a whole number may be larger than any float.
    if not now - MAX_CLOCK_SKEW_SECONDS <= at <= now + MAX_CLOCK_SKEW_SECONDS:
        raise Unauthorised("The message is too old or too new: check both machines' clocks.")
    return nonce


def _message(fields: dict[str, Any]) -> Message:
    del fields["v"]
    kind = _TYPES.get(str(fields.pop("type", None)))
    if kind is None:
        raise BadFrame("The message has no known 'type'.")
    trace = fields.pop("traceparent", None)
    if trace is not None and not (isinstance(trace, str) and is_traceparent(trace)):
        raise BadFrame("'traceparent' is not one of the W3C's first version.")
    objects = all(isinstance(value, dict) for value in fields.values())
    if kind is Submit and objects and fields.keys() == {"request", "asker"}:
        return Submit(**fields, traceparent=trace)
    texts = all(isinstance(value, str) for value in fields.values())
    if kind is HandOver and texts and fields.keys() == {"job_id", "price_version"}:
        return HandOver(**fields, traceparent=trace)
    raise BadFrame(f"The fields do not make a '{_NAMES[kind]}' message.")


def encode_reply(reply: Reply) -> bytes:
    """The line for a reply; a reason that is too long for one is cut short."""
    fields: dict[str, Any] = {"v": VERSION, "status": reply.status}
    if reply.job_id is not None:
        fields["job_id"] = reply.job_id
    if reply.reason is not None:
        fields["reason"] = reply.reason.model_dump(mode="json")
        if len(_canonical(fields)) >= MAX_LINE:
            message = reply.reason.message[:_LONGEST_MESSAGE]
            fields["reason"] |= {"message": message, "details": {}}
    return _line(fields)


def decode_reply(line: bytes) -> Reply:
    """The reply in a line.

    Raises:
        BadFrame: not a reply of ours.
    """
    fields = _fields(line)
    try:
        reason = fields.get("reason")
        return Reply(
            Status(str(fields.get("status"))),
            fields.get("job_id"),
            ErrorReport.model_validate(reason) if reason is not None else None,
        )
    except (ValueError, ValidationError):
        raise BadFrame("The line is not a reply.") from None
