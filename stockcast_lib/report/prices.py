"""Stored prices as a notebook displays them."""

from typing import Any

from stockcast_lib.core.results import PRICES_MIME
from stockcast_lib.ingestion import Refresh
from stockcast_lib.report.prices_words import prices_html, prices_text


class PricesReport:
    """A refreshed price version, with its last rows to look at and what it took to get them."""

    def __init__(self, refresh: Refresh) -> None:
        self.version = refresh.version
        self.history = refresh.history
        self.record = refresh.record

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        """What IPython displays; it applies the `include` and `exclude` that it gives."""
        return {
            PRICES_MIME: {
                **self.version.model_dump(mode="json"),
                **self.record.model_dump(mode="json"),
            },
            "text/html": prices_html(self.version, self.history, self.record),
            "text/plain": prices_text(self.version, self.record),
        }
