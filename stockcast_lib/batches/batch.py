"""A batch that has ended, as a table, as a page and as a card."""

from typing import TYPE_CHECKING, Any

from stockcast_lib.batches.entries import Entry
from stockcast_lib.batches.page import batch_page, batch_section, headline
from stockcast_lib.batches.table import parquet_of, rows_of

if TYPE_CHECKING:
    import pandas as pd


class Batch:
    """What became of each request; JupyterLab shows it as one report.

    Attributes:
        entries: in the order in which they were asked for.
    """

    def __init__(self, entries: tuple[Entry, ...]) -> None:
        self.entries = entries

    @property
    def done(self) -> tuple[Entry, ...]:
        """Those with a forecast."""
        return tuple(entry for entry in self.entries if entry.done)

    @property
    def failed(self) -> tuple[Entry, ...]:
        """Those without."""
        return tuple(entry for entry in self.entries if not entry.done)

    def frame(self) -> "pd.DataFrame":
        """One row a ticker: the forecast without its path, or the error."""
        import pandas as pd

        return pd.DataFrame(rows_of(self.entries)).drop(columns="path")

    def parquet(self) -> bytes:
        """One row a ticker, with the path, as a Parquet file."""
        return parquet_of(self.entries)

    def page(self) -> str:
        """The report as a page that needs nothing beside it."""
        return batch_page(self.entries)

    def __repr__(self) -> str:
        return headline(self.entries)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {"text/html": batch_section(self.entries), "text/plain": repr(self)}
