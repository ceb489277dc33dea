"""Server-sent events out of bytes (WHATWG HTML, 9.2.6): no sockets here.

1. Lines end with CR LF, LF or CR, wherever the chunks are cut.
2. A blank line ends an event; one without data is none, and one cut short never happened.
3. An id holds for the events after it, too.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from stockcast_lib.core.errors import BadAnswer

MAX_EVENT = 64 * 1024
# A CR at the end of what has come may be the first half of CR LF.
_LINE_END = re.compile(rb"\r\n|\n|\r(?!\n|\Z)")


@dataclass(frozen=True)
class StreamEvent:
    """One event; `id` is what resumes after it."""

    name: str
    data: str
    id: str | None


def read_events(chunks: Iterable[bytes]) -> Iterator[StreamEvent]:
    """The events of a stream, each as soon as it is whole.

    Raises:
        BadAnswer: an event has more than `MAX_EVENT` bytes.
    """
    name, last_id = "message", None
    data: list[str] = []
    for line in _lines(chunks):
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "event":
            name = value
        elif field == "id" and "\0" not in value:
            last_id = value
        elif field == "data":
            data.append(value)
            _limit(sum(map(len, data)))
        elif not line:
            if data:
                yield StreamEvent(name, "\n".join(data), last_id)
            name, data = "message", []


def _lines(chunks: Iterable[bytes]) -> Iterator[str]:
    rest = b""
    for chunk in chunks:
        *whole, rest = _LINE_END.split(rest + chunk)
        _limit(len(rest))
        for line in whole:
            yield line.decode("utf-8", errors="replace")


def _limit(size: int) -> None:
    if size > MAX_EVENT:
        raise BadAnswer(f"The gateway sent an event of more than {MAX_EVENT} bytes.")
