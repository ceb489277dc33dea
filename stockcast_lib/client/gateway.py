"""What all clients of a gateway share: the connections, their end, and how long a call may take."""

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from stockcast_lib.client.pauses import DEFAULT_PAUSES, Pauses
from stockcast_lib.client.transport import Call, Transport


class GatewayClient:
    """A context manager, or `close` it.

    Args:
        base_url: of the gateway, such as http://localhost:8000 or https://example.org/stockcast.
        token: sent with each call, where the gateway asks for one.
        timeout: seconds that a call may take, with all its tries.
        pauses: between tries.

    Raises:
        BadSettings: the URL or the token cannot be one.
    """

    def __init__(
        self,
        base_url: str,
        token: str | None = None,
        timeout: float = 60.0,
        *,
        pauses: Pauses = DEFAULT_PAUSES,
    ) -> None:
        self._transport = Transport(base_url, token, pauses)
        self._timeout = timeout

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def _deadline(self, seconds: float | None = None) -> float:
        return self._transport.pauses.clock() + (self._timeout if seconds is None else seconds)

    def _get(
        self, path: str, query: Mapping[str, Any] | None = None, until: float | None = None
    ) -> bytes:
        call = Call("GET", path, query or {}, patient=until is not None)
        return self._transport.ask(call, self._deadline() if until is None else until)
