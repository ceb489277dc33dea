"""The HTTP face over one connection that is kept open."""

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

_WAIT_SECONDS = 60
_SILENCE_SECONDS = 90


class ApiClient:
    """Asks for forecasts; not to be shared between threads."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._connection = http.client.HTTPConnection(
            parts.hostname, parts.port, timeout=_SILENCE_SECONDS
        )

    def forecast(self, ticker: str, days: int) -> bytes:
        """The answer to a request for a forecast, once that is done."""
        body = json.dumps({"ticker": ticker, "days": days}).encode()
        path = f"/api/v1/forecasts?wait={_WAIT_SECONDS}"
        return self._ask("POST", path, body)

    def notebook(self, answer: bytes) -> bytes:
        """The executed notebook of an answered forecast."""
        links: dict[str, Any] = json.loads(answer)["links"]
        return self._ask("GET", links["notebook.ipynb"], None)

    def _ask(self, method: str, path: str, body: bytes | None) -> bytes:
        self._connection.request(method, path, body)
        answer = self._connection.getresponse()
        text = answer.read()
        if answer.status != http.client.OK:
            raise RuntimeError(f"{method} {path}: {answer.status} {text[:300]!r}")
        return text

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
