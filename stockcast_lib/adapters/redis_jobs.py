"""A job as Redis holds it, and the letters that it leaves when it dies."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import redis

from stockcast_lib.adapters.redis_connection import redis_errors
from stockcast_lib.core import keys
from stockcast_lib.core.errors import ErrorReport
from stockcast_lib.core.job_events import JobEvent, Place
from stockcast_lib.core.jobs import (
    CHALLENGER,
    ForecastRequest,
    Job,
    JobState,
    Lane,
    Progress,
    Stage,
)
from stockcast_lib.ports import DeadLetter

_OPTIONAL_TEXT = ("price_version", "result_key")


def decoded_job(job_id: str, held: Mapping[str, str]) -> Job | None:
    """The job in a hash, or None when the hash is empty."""
    if "state" not in held:
        return None
    return Job(
        id=job_id,
        request=ForecastRequest.model_validate_json(held["request"]),
        state=JobState(held["state"]),
        stage=Stage(held["stage"]),
        lane=Lane(held["lane"]),
        created_at=_moment(held["created_at"]),
        updated_at=_moment(held["updated_at"]),
        attempt=int(held["attempt"]),
        progress=_progress(held),
        error=_report(held.get("error")),
        last_error=_report(held.get("last_error")),
        notebook=held.get("notebook") == "1",
        challenger=held.get("client") == CHALLENGER,
        **{name: held.get(name) for name in _OPTIONAL_TEXT},
    )


def decoded_event(entry: bytes, held: Mapping[str, str]) -> JobEvent | None:
    """What an entry tells; None for one that only says that something has changed."""
    if "state" not in held:
        return None
    return JobEvent(
        id=entry.decode() or None,
        state=JobState(held["state"]),
        stage=Stage(held["stage"]),
        progress=_progress(held),
        place=decoded_place(held["position"], held.get("expected")) if "position" in held else None,
    )


def decoded_place(position: int | str, expected: bytes | str | None) -> Place:
    """A place as the scripts give it."""
    return Place(int(position), float(expected) if expected else None)


def decoded_fields(flat: Sequence[bytes]) -> dict[str, str]:
    """A hash as a script gives it: names and values in turn."""
    texts = [each.decode() for each in flat]
    return dict(zip(texts[::2], texts[1::2], strict=True))


def _progress(held: Mapping[str, str]) -> Progress | None:
    return Progress(cell=int(held["cell"]), cells=int(held["cells"])) if "cell" in held else None


def _report(text: str | None) -> ErrorReport | None:
    return ErrorReport.model_validate_json(text) if text else None


def _moment(milliseconds: str) -> datetime:
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)


class RedisDeadLetters:
    """The jobs that failed through no fault of their askers, until somebody has seen to them."""

    def __init__(self, client: "redis.Redis") -> None:
        self._client = client

    def newest(self, count: int) -> list[DeadLetter]:
        """The last ones, newest first."""
        with redis_errors():
            entries: Any = self._client.xrevrange(keys.DEAD, count=count)
        return [_letter(key.decode(), fields) for key, fields in entries]

    def forget(self, key: str) -> None:
        """It has been seen to."""
        with redis_errors():
            self._client.xdel(keys.DEAD, key)

    def waiting(self) -> dict[tuple[Stage, Lane], int]:
        """How many jobs wait or run in each stage and lane."""
        places = [(stage, lane) for stage in Stage for lane in Lane]
        with redis_errors():
            return {place: int(self._client.xlen(keys.stream(*place))) for place in places}


def _letter(key: str, fields: Mapping[bytes, bytes]) -> DeadLetter:
    return DeadLetter(
        key=key,
        job_id=fields[b"job"].decode(),
        stage=Stage(fields[b"stage"].decode()),
        request=ForecastRequest.model_validate_json(fields[b"request"]),
        error=ErrorReport.model_validate_json(fields[b"error"]),
    )
