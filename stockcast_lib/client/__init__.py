"""The gateway's HTTP API in Python: for programs that are not beside the stack."""

from stockcast_lib.client.client import StockcastClient
from stockcast_lib.client.documents import JobChange, JobView

__all__ = ["JobChange", "JobView", "StockcastClient"]
