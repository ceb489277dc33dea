"""What pages of other sites may read, and send: those of the sites that are named (CORS)."""

from http import HTTPStatus

from stockcast_lib.web.access import Access
from stockcast_lib.web.sending import Sender

_SENT = (
    "Authorization", "Content-Type", "Idempotency-Key", "If-None-Match", "Last-Event-ID",
    "Traceparent",
)  # fmt: skip
_READ = ("ETag", "Location", "Retry-After")
# Seconds for which a browser need not ask again what it may send.
_KEPT = 600


class CrossOrigin(Sender):
    """A handler whose answers the pages of some sites may read."""

    def set_default_headers(self) -> None:
        """See `Sender`: no other site may, unless it is named."""
        super().set_default_headers()
        access: Access = self.application.settings["access"]
        if not access.origins:
            return
        # A cache must not give one site what was answered to another.
        self.set_header("Vary", "Origin")
        if self.is_named:
            self.set_header("Access-Control-Allow-Origin", self.request.headers["Origin"])
            self.set_header("Access-Control-Expose-Headers", ", ".join(_READ))

    @property
    def is_named(self) -> bool:
        """Whether it is a named site's page that asks."""
        access: Access = self.application.settings["access"]
        return self.request.headers.get("Origin") in access.origins

    def tell_what_may_be_sent(self, methods: list[str]) -> None:
        """End the call of a browser that asks beforehand."""
        self.set_status(HTTPStatus.NO_CONTENT)
        self.set_header("Access-Control-Allow-Methods", ", ".join(methods))
        self.set_header("Access-Control-Allow-Headers", ", ".join(_SENT))
        self.set_header("Access-Control-Max-Age", str(_KEPT))
        self.finish()
