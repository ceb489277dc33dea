"""A copy of what Redis holds: all jobs and what waits, as they are at one moment."""

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

import redis
from redis.exceptions import ResponseError

from stockcast_lib.adapters.redis_connection import redis_errors, script
from stockcast_lib.core import keys
from stockcast_lib.core.errors import BadSettings

# Results are in S3, and read from there; the others are of workers that live at the moment.
_LEFT_OUT = ("result:", "lock:", "lease:", "workers:", "gate")


@dataclass(frozen=True)
class KeyCopy:
    """One key: its name, how long it lives on in milliseconds (0 for good), what it holds."""

    name: str
    lifetime: int
    content: bytes

    def line(self) -> str:
        """As a line of JSON."""
        content = base64.b64encode(self.content).decode()
        return json.dumps([self.name, self.lifetime, content]) + "\n"

    @classmethod
    def of_line(cls, line: str) -> Self:
        """What `line` has made."""
        name, lifetime, content = json.loads(line)
        return cls(name, lifetime, base64.b64decode(content))


class RedisCopy:
    """Takes copies of a Redis, and puts them into one.

    Args:
        client: that has time for large answers.
    """

    def __init__(self, client: "redis.Redis") -> None:
        self._client = client
        self._copy = script(client, "copy")

    def take(self) -> list[KeyCopy]:
        """All keys of one moment; Redis does nothing else while it copies them."""
        with redis_errors():
            copied: Any = self._copy(keys=[keys.PREFIX], args=_LEFT_OUT)
        return [KeyCopy(name.decode(), lifetime, content) for name, lifetime, content in copied]

    def is_empty(self) -> bool:
        """Whether there is no key of ours."""
        with redis_errors():
            return next(self._names(), None) is None

    def replace(self, copies: Iterable[KeyCopy]) -> None:
        """Hold these keys and no others of ours, from one moment on.

        Raises:
            BadSettings: this Redis is older than the one that they were copied from.
        """
        with redis_errors(), self._client.pipeline(transaction=True) as pipe:
            for name in self._names():
                pipe.delete(name)
            for each in copies:
                pipe.restore(each.name, each.lifetime, each.content)
            try:
                pipe.execute()
            except ResponseError as error:
                if "payload version" not in str(error):
                    raise
                raise BadSettings(
                    "This Redis is too old for the copy: restore it with the version that it was "
                    "taken from, or a later one."
                ) from None

    def _names(self) -> Any:
        return self._client.scan_iter(match=f"{keys.PREFIX}*", count=1000)
