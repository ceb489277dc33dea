"""Every forecast that was served, and what challengers said beside, in S3 as Parquet by day.

Whoever makes a forecast writes an object of its own, named for the job and the attempt, so that a
second write is the same one. Days that are over are put together into one object that holds all
of theirs; nothing is removed or overwritten, and a reader takes whatever is not in it besides. So
where a day's object is damaged, its forecasts are still there one by one.
"""

import hashlib
import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import structlog

from stockcast_lib.adapters.integrity import read_whole, seal
from stockcast_lib.adapters.s3 import Bucket
from stockcast_lib.core import keys
from stockcast_lib.core.errors import DamagedObject
from stockcast_lib.core.flat_results import flat_columns, flat_result
from stockcast_lib.core.jobs import Job
from stockcast_lib.core.results import ForecastResult

if TYPE_CHECKING:
    import pyarrow as pa

_log = structlog.get_logger()
_MEDIA = "application/vnd.apache.parquet"
# One alone is read as quickly as it is.
_WORTH_JOINING = 1
_REMEDY = "its forecasts are left out of the scores."


def _tell(damaged: DamagedObject) -> None:
    _log.warning("ledger.damaged", error=damaged.message, key=damaged.details["key"])


class S3Ledger:
    """The `Ledger` port."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket

    def write(self, job: Job, result: ForecastResult) -> None:
        """See `Ledger.write`."""
        data = _to_parquet([_row(job, result)])
        key = keys.ledger_entry(job.created_at.date(), seal(data), job.id, job.attempt)
        self._bucket.put(key, data, _MEDIA)

    def rows(self, damaged: Callable[[DamagedObject], None] = _tell) -> Iterator[dict[str, Any]]:
        """Every forecast, in the order of their making.

        Args:
            damaged: told of each object that is not as it was written, and so is left out.
        """
        for held in self._by_day().values():
            yield from self._day(held, damaged).rows

    def join_days(self, today: date) -> int:
        """Put each day before today together in one object; how many were.

        Those who do so at the same time write the same object.
        """
        joined = 0
        for day, held in self._by_day().items():
            if day < today.isoformat() and len(held) > _WORTH_JOINING:
                joined += self._join(day, held)
        return joined

    def _join(self, day: str, held: list[str]) -> bool:
        found = self._day(held, _tell)
        if not found.apart:
            return False
        data = _to_parquet(found.rows)
        digest = hashlib.sha256(data).hexdigest()[:16]
        self._bucket.put(keys.ledger_day(day, len(found.rows), digest), data, _MEDIA)
        return True

    def _by_day(self) -> dict[str, list[str]]:
        days: dict[str, list[str]] = {}
        for key in self._bucket.list(keys.LEDGER):
            days.setdefault(keys.ledger_day_of(key), []).append(key)
        return days

    def _day(self, held: list[str], damaged: Callable[[DamagedObject], None]) -> "_Day":
        attempts = {key: keys.ledger_attempt(key) for key in held}
        joined = [key for key, attempt in attempts.items() if attempt is None]
        last = {row["job_id"]: row for row in self._greatest(joined, damaged)}
        apart = sorted(
            (attempt, key)
            for key, attempt in attempts.items()
            if attempt is not None
            and (attempt[0] not in last or last[attempt[0]]["attempt"] < attempt[1])
        )
        # Ascending: of one job's attempts the last one stays.
        late = self._read((key for _, key in apart), damaged)
        last |= {row["job_id"]: row for row in late}
        rows = sorted(last.values(), key=lambda row: (row["made_at"], row["job_id"]))
        return _Day(rows, len(apart))

    def _greatest(
        self, joined: list[str], damaged: Callable[[DamagedObject], None]
    ) -> list[dict[str, Any]]:
        """The rows of the last one that is whole."""
        for key in reversed(joined):
            rows = list(self._read([key], damaged))
            if rows:
                return rows
        return []

    def _read(
        self, held: Iterable[str], damaged: Callable[[DamagedObject], None]
    ) -> Iterator[dict[str, Any]]:
        for key in held:
            try:
                data = read_whole(self._bucket, key, _REMEDY)
            except DamagedObject as error:
                damaged(error)
            else:
                # Listed a moment ago, and nothing removes it.
                yield from _from_parquet(data) if data is not None else ()


@dataclass(frozen=True)
class _Day:
    """A day's forecasts in the order of their making, each job once.

    `apart` is how many objects hold what the joined one does not.
    """

    rows: list[dict[str, Any]]
    apart: int


def _row(job: Job, result: ForecastResult) -> dict[str, Any]:
    params = json.dumps(job.request.params.overrides(), sort_keys=True)
    return {
        **flat_result(result),
        "job_id": job.id,
        "attempt": job.attempt,
        "made_at": job.created_at,
        "params": params,
        "challenger": job.challenger,
    }


def _schema() -> "pa.Schema":
    import pyarrow as pa

    own = [
        ("job_id", pa.string()),
        ("attempt", pa.int32()),
        ("made_at", pa.timestamp("us", tz="UTC")),
        ("params", pa.string()),
        # Null in rows of before there were any.
        ("challenger", pa.bool_()),
    ]
    return pa.schema([*own, *flat_columns()])


def _to_parquet(rows: list[dict[str, Any]]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema=_schema()), buffer)
    return buffer.getvalue()


def _from_parquet(data: bytes) -> list[dict[str, Any]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    # On this thread: starting more takes longer than these few rows.
    rows: list[dict[str, Any]] = (
        pq.ParquetFile(pa.BufferReader(data)).read(use_threads=False).to_pylist()
    )
    return rows
