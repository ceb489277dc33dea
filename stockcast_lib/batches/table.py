"""A batch as a table: one row a request, with the forecast or with the error."""

import io
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from stockcast_lib.batches.entries import Entry
from stockcast_lib.core.flat_results import flat_columns, flat_result

if TYPE_CHECKING:
    import pyarrow as pa


def rows_of(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """The rows; what an entry has not is None."""
    rows = [_row(entry) for entry in entries]
    names = parquet_schema().names
    return [{name: row.get(name) for name in names} for row in rows]


def parquet_of(entries: Iterable[Entry]) -> bytes:
    """The rows as a Parquet file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows_of(entries), schema=parquet_schema()), buffer)
    return buffer.getvalue()


def parquet_schema() -> "pa.Schema":
    """The columns: prices in the listing's currency, `skill` and `interval` as shares of one."""
    import pyarrow as pa

    text = pa.string()
    return pa.schema([("job_id", text), *flat_columns(), ("error_code", text), ("error", text)])


def _row(entry: Entry) -> dict[str, Any]:
    asked = {"ticker": entry.request.ticker, "days": entry.request.days, "job_id": entry.job_id}
    if entry.result is not None:
        return {**flat_result(entry.result), **asked}
    error = entry.error
    told = {"error_code": error.code, "error": error.message} if error else {}
    return {**asked, "model": entry.request.model, **told}
