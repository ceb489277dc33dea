"""Asks for forecasts as a client does, and keeps what it was promised."""

import http.client
import json
import threading
import time
import urllib.error
import urllib.request
from typing import Any

ACCEPTED = (200, 202)
TERMINAL = ("done", "failed", "cancelled")


def call(url: str, body: Any = None, timeout: float = 70.0) -> tuple[int, Any]:
    """Status and JSON of a call; status 0 when no whole answer came."""
    data = None if body is None else json.dumps(body).encode()
    try:
        with urllib.request.urlopen(url, data, timeout=timeout) as answer:  # noqa: S310
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())
    except (OSError, http.client.HTTPException, ValueError):
        return 0, None


class Askers:
    """Threads that each ask for a share of the forecasts, again until they are accepted.

    Args:
        api: the gateway's URL.
        requests: what to ask for.
        seconds: over how long to spread them.
        threads: how many ask at once.
    """

    def __init__(
        self, api: str, requests: list[dict[str, Any]], seconds: float, threads: int = 4
    ) -> None:
        self._pause = seconds * threads / len(requests)
        self.accepted: dict[str, dict[str, Any]] = {}
        self.refused: list[int] = []
        self._api = f"{api}/api/v1/forecasts"
        self._lock = threading.Lock()
        self._threads = [
            threading.Thread(target=self._ask_all, args=(requests[n::threads],), daemon=True)
            for n in range(threads)
        ]

    def start(self) -> None:
        """Begin to ask."""
        for thread in self._threads:
            thread.start()

    def join(self, seconds: float) -> bool:
        """Whether all has been asked within so many seconds."""
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _ask_all(self, requests: list[dict[str, Any]]) -> None:
        for request in requests:
            while True:
                status, answer = call(self._api, request)
                with self._lock:
                    if status in ACCEPTED:
                        self.accepted[answer["id"]] = request
                        break
                    self.refused.append(status)
                time.sleep(0.5)
            time.sleep(self._pause)

    def states(self) -> dict[str, Any]:
        """What has become of each accepted job: its answer, or its HTTP status."""
        found = {}
        for job_id in list(self.accepted):
            status, answer = call(f"{self._api}/{job_id}", timeout=20)
            found[job_id] = answer if status == 200 else status
        return found
