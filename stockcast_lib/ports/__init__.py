"""What the middle of the house needs from its edges, as typed protocols.

Every method may raise the retryable errors of its edge (`StoreUnavailable`, `QueueUnavailable`,
`WorkerUnavailable`, `VendorUnavailable`); what else it raises is said at the method.
"""

from stockcast_lib.ports.market import (
    Directories,
    MarketData,
    PriceBoard,
    PriceStore,
    VendorBudget,
)
from stockcast_lib.ports.notebooks import (
    ModelCatalogue,
    NotebookRun,
    NotebookRunner,
)
from stockcast_lib.ports.queue import (
    Claim,
    DeadLetter,
    Hold,
    JobEvents,
    JobQueue,
    JobSubmitter,
    Submission,
    SubmissionStore,
)
from stockcast_lib.ports.results import (
    ResultStore,
    RunArchive,
    StoredForecast,
)

__all__ = [
    "Claim",
    "DeadLetter",
    "Directories",
    "Hold",
    "JobEvents",
    "JobQueue",
    "JobSubmitter",
    "MarketData",
    "ModelCatalogue",
    "NotebookRun",
    "NotebookRunner",
    "PriceBoard",
    "PriceStore",
    "ResultStore",
    "RunArchive",
    "StoredForecast",
    "Submission",
    "SubmissionStore",
    "VendorBudget",
]
