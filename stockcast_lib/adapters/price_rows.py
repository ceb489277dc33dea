"""A price frame as files."""

import io

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from stockcast_lib.core.price_history import DATE


def to_csv(frame: pd.DataFrame) -> bytes:
    """A price frame as CSV."""
    text: str = frame.to_csv(index_label=DATE, date_format="%Y-%m-%d", lineterminator="\n")
    return text.encode()


def from_csv(text: bytes) -> pd.DataFrame:
    """The price frame in what `to_csv` has made, to the last digit."""
    frame: pd.DataFrame = pd.read_csv(io.BytesIO(text), index_col=DATE, parse_dates=True)
    return frame


def to_parquet(frame: pd.DataFrame) -> bytes:
    """A price frame as a Parquet file."""
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pandas(frame, nthreads=1), file)
    return file.getvalue()


def from_parquet(data: bytes) -> pd.DataFrame | None:
    """The price frame in a Parquet file; None where the bytes are no such file."""
    # On this thread: starting more takes longer than these few rows.
    try:
        table = pq.ParquetFile(pa.BufferReader(data)).read(use_threads=False)
    except (pa.ArrowException, OSError):
        return None
    frame: pd.DataFrame = table.to_pandas(use_threads=False)
    return frame
