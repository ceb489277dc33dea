"""A reader of server-sent events, as the tests need it."""

import http.client
import json
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Told:
    """One event as it came."""

    name: str
    id: str | None
    data: dict


class EventReader:
    """Reads one stream; a context, so that its connection is closed.

    With `trusted`, an SSL context, by TLS.
    """

    def __init__(self, url, last=None, method="GET", seconds=60.0, trusted=None):
        parts = urlsplit(url)
        options = {"timeout": seconds, **({"context": trusted} if trusted else {})}
        kind = http.client.HTTPSConnection if trusted else http.client.HTTPConnection
        self._connection = kind(parts.hostname, parts.port, **options)
        headers = {"Last-Event-ID": last} if last else {}
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        self._connection.request(method, target, headers=headers)
        self.answer = self._connection.getresponse()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._connection.close()
        self.answer.close()

    def block(self):
        """The lines up to the next empty one; none at the end of the stream."""
        lines = []
        while line := self.answer.readline().decode().rstrip("\n"):
            lines.append(line)
        return lines

    def __iter__(self):
        """The events up to the end of the stream, without comments."""
        while lines := self.block():
            fields = dict(line.split(": ", 1) for line in lines if not line.startswith(":"))
            if fields:
                yield Told(fields["event"], fields.get("id"), json.loads(fields["data"]))
