"""The queue's Lua scripts and the constants that they share."""

import json
from typing import Any

import redis

from stockcast_lib.adapters.redis_connection import redis_errors, script
from stockcast_lib.core import keys
from stockcast_lib.core.jobs import CHALLENGER

_CONSTANTS = {
    "group": keys.GROUP,
    "challenger": CHALLENGER,
    "events_kept": keys.EVENTS_KEPT,
    "dead_kept": keys.DEAD_KEPT,
    "recent_kept": keys.RECENT_KEPT,
    "newest_run": keys.NEWEST_RUN,
    "done_joined": keys.DONE_JOINED,
    "worker_lifetime": int(keys.WORKER_LIFETIME),
    "worker_seen": keys.WORKER_SEEN,
    "runs_lifetime": keys.RUNS_LIFETIME,
    "longest_run": keys.LONGEST_RUN,
}


class QueueScripts:
    """Some of the scripts, each behind `common.lua`.

    Args:
        client: where they run.
        names: of their files.
        ended_lifetime: seconds for which a job that has ended is kept.
    """

    def __init__(
        self,
        client: "redis.Redis",
        *names: str,
        ended_lifetime: int = keys.ENDED_JOB_LIFETIME,
    ) -> None:
        self._constants = json.dumps({**_CONSTANTS, "ended_lifetime": ended_lifetime})
        self._scripts = {name: script(client, "common", name) for name in names}

    def run(self, name: str, *arguments: Any) -> Any:
        """What a script gives. Raises QueueUnavailable."""
        with redis_errors():
            return self._scripts[name](keys=[keys.PREFIX], args=[self._constants, *arguments])
