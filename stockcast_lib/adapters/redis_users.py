"""Redis's users: one a role, with the keys and the commands that its work needs, and no others.

`python -m stockcast_lib.adapters.redis_users` prints them as lines of a Redis configuration (6.2 or
later), without passwords: a user without one cannot sign in.

A Lua script may do what its caller may. The queue's scripts (`lua/common.lua`) make most keys from
the prefix, so whoever runs one of them may touch the keys that it does.
"""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from stockcast_lib.core import keys
from stockcast_lib.core.jobs import Lane, Stage

_ANY = "*"


class RedisRole(StrEnum):
    """Who uses Redis; also the user's name."""

    GATEWAY = "gateway"
    INGEST = "ingest"
    FORECAST = "forecast"
    DASHBOARD = "dashboard"
    LAB = "lab"
    SCALER = "scaler"


@dataclass(frozen=True)
class RedisUser:
    """What a role may do.

    Attributes:
        keys: patterns of the keys that it may touch.
        commands: that it may give, to any of these keys.
    """

    role: RedisRole
    keys: tuple[str, ...]
    commands: tuple[str, ...]

    def line(self, password: str | None = None) -> str:
        """Its line in a Redis configuration. The password is of letters and digits."""
        rules = [f">{password}"] if password else []
        rules += ["resetchannels", "resetkeys", *(f"~{key}" for key in self.keys), "-@all"]
        rules += [f"+{command}" for command in self.commands]
        return f"user {self.role} on {' '.join(rules)}"


def _own(*names: str) -> tuple[str, ...]:
    return tuple(f"{keys.PREFIX}{name}" for name in names)


# The scripts are given the bare prefix as their key.
_QUEUE_KEYS = _own(
    "", "open", "job:*", "active:*", "asked:*", "withdrawn:*", "recent", "recent:*", "stream:*",
    "line:*", "clients:*", "delayed:*", "workers:*", "runs", "events",
)  # fmt: skip
_MODEL_KEYS = (keys.current_model(_ANY), keys.current_challenge(_ANY))
_PRICE_KEYS = (keys.current_prices(_ANY),)
_RESULT_KEYS = (keys.result(_ANY),)
_VENDOR_KEYS = _own("calls:*", "rest:*")

_SCRIPTS = ("ping", "evalsha", "script|load", "time")
# To say how a job is, put it in a line or take it out, and end it.
_QUEUE = (
    "get", "expire", "hget", "hgetall", "hmget", "hset", "hdel", "llen", "lpos", "lpush", "lrange",
    "lrem", "rpush", "sadd", "scard", "srem", "xadd", "xpending", "zcount",
    "zrangebyscore", "zrem",
)  # fmt: skip
# To follow jobs, take an interest back, and have a result forgotten whose evidence is damaged.
_CLIENT = (*_SCRIPTS, *_QUEUE, "del", "xrange", "xread", "xrevrange")
# To take jobs in, claim them, and settle what became of them.
_WORKER = (
    *_SCRIPTS, *_QUEUE, "set", "exists", "hexists", "hincrby", "lpop", "ltrim", "xack", "xclaim",
    "xdel", "xgroup|create", "xinfo|stream", "xread", "xreadgroup", "zadd", "zremrangebyscore",
    "zscore",
)  # fmt: skip
_TRANSACTION = ("multi", "exec")

USERS: tuple[RedisUser, ...] = (
    RedisUser(
        RedisRole.GATEWAY,
        keys=(
            *_QUEUE_KEYS, keys.DEAD, keys.MODEL_GATE, *_MODEL_KEYS, *_PRICE_KEYS, *_RESULT_KEYS,
            keys.dropped_challenges(_ANY), keys.idempotency(_ANY), keys.calls_of(_ANY),
        ),
        # The gate's lock, callers' limits, and the figures.
        commands=(*_CLIENT, "set", "lindex", "xlen", "zrange", "info"),
    ),
    RedisUser(
        RedisRole.INGEST,
        keys=(
            *_QUEUE_KEYS, *_own("bound:*"), keys.DEAD, *_MODEL_KEYS, *_PRICE_KEYS, *_RESULT_KEYS,
            *_VENDOR_KEYS, *_own("lease:*"), keys.ticker_lock(_ANY), keys.nonce(Stage.INGEST, _ANY),
        ),
        # The tickers' locks, and the vendors' budgets.
        commands=(
            *_WORKER, *_TRANSACTION, "del", "pexpire", "pttl", "incrby", "decrby", "ttl", "info",
        ),
    ),
    RedisUser(
        RedisRole.FORECAST,
        # Prices, so that it can have those forgotten whose rows it finds damaged.
        keys=(
            *_QUEUE_KEYS, *_own("bound:*"), keys.DEAD, *_MODEL_KEYS, *_PRICE_KEYS, *_RESULT_KEYS,
            keys.dropped_challenges(_ANY), keys.nonce(Stage.FORECAST, _ANY),
        ),
        commands=(*_WORKER, *_TRANSACTION, "del", "incrby", "info"),
    ),
    RedisUser(
        RedisRole.DASHBOARD,
        keys=(*_QUEUE_KEYS, *_MODEL_KEYS, *_PRICE_KEYS, *_RESULT_KEYS),
        commands=_CLIENT,
    ),
    RedisUser(
        RedisRole.LAB,
        keys=(*_QUEUE_KEYS, keys.DEAD, *_MODEL_KEYS, *_PRICE_KEYS, *_RESULT_KEYS, *_VENDOR_KEYS),
        # `stockcast jobs`, `vendors` and `doctor`.
        commands=(*_CLIENT, *_TRANSACTION, "ttl", "xdel", "xlen", "info"),
    ),
    RedisUser(
        RedisRole.SCALER,
        keys=tuple(keys.stream(stage, lane) for stage in Stage for lane in Lane),
        # KEDA asks for Redis's version first.
        commands=("ping", "info", "xinfo|groups", "xlen"),
    ),
)  # fmt: skip


def user_lines(passwords: Mapping[RedisRole, str] | None = None) -> Iterator[str]:
    """All users, a line each; without passwords nobody can sign in by them.

    Args:
        passwords: of every role, of letters and digits.
    """
    for user in USERS:
        yield user.line(passwords[user.role] if passwords else None)


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in user_lines())
