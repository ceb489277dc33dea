"""What Redis tells of the jobs: each end as it is told, and at last what is kept of each job."""

import contextlib
from collections import Counter
from collections.abc import Sequence

import redis

from stockcast_lib.adapters.redis_jobs import decoded_fields, decoded_job
from stockcast_lib.core import keys
from stockcast_lib.core.jobs import Job, JobState
from tests.chaos.askers import TERMINAL

_BEGIN = "-"


class Ledger:
    """Counts each job's ends.

    Read every few seconds: only the last events are kept.

    Args:
        client: of Redis itself.
    """

    def __init__(self, client: "redis.Redis") -> None:
        self.ends: Counter[str] = Counter()
        self._client = client
        self._from = _BEGIN

    def read_on(self) -> None:
        """Count what has been told since the last time; where Redis is away, the next time."""
        with contextlib.suppress(redis.RedisError):
            for entry, fields in self._client.xrange(keys.EVENTS, self._from):
                self._from = f"({entry.decode()}"
                # An entry may only say that something has changed.
                if fields.get(b"state", b"").decode() in TERMINAL:
                    self.ends[fields[b"job"].decode()] += 1

    def jobs(self) -> list[Job]:
        """All that Redis holds."""
        prefix = keys.job("")
        names = [each.decode() for each in self._client.scan_iter(f"{prefix}*", count=1000)]
        held = ((name, self._client.hgetall(name)) for name in names)
        jobs = (
            decoded_job(name.removeprefix(prefix), decoded_fields([*_flat(fields)]))
            for name, fields in held
        )
        return [job for job in jobs if job is not None]


def _flat(fields: dict[bytes, bytes]) -> Sequence[bytes]:
    return [text for pair in fields.items() for text in pair]


def doubled(jobs: Sequence[Job]) -> list[Job]:
    """Those that did again what another had done: the same request on the same prices."""
    done = [job for job in jobs if job.state is JobState.DONE]
    times = Counter((job.request.model_dump_json(), job.price_version) for job in done)
    return [job for job in done if times[job.request.model_dump_json(), job.price_version] > 1]
