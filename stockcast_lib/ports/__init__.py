"""What the middle of the house needs from its edges, as typed protocols.

Every method may raise the retryable errors of its edge (`StoreUnavailable`, `QueueUnavailable`,
`WorkerUnavailable`, `VendorUnavailable`); what else it raises is said at the method.
"""

from stockcast_lib.ports.access import RateLimit
from stockcast_lib.ports.market import (
    Directories,
    MarketData,
    PriceBoard,
    PriceStore,
    VendorBudget,
)
from stockcast_lib.ports.metrics import (
    UNCOUNTED,
    Exposition,
    Lookup,
    Outcome,
    RequestMetrics,
    ServerMetrics,
    StageMetrics,
)
from stockcast_lib.ports.models import (
    Challengers,
    ModelBoard,
    ModelPublishing,
    ModelStore,
)
from stockcast_lib.ports.notebooks import (
    CellRun,
    ClosingRunner,
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
    Nonces,
    Submission,
    SubmissionStore,
)
from stockcast_lib.ports.results import (
    Ledger,
    ResultStore,
    RunArchive,
    ScoreStore,
    StoredForecast,
)
from stockcast_lib.ports.room import UNWATCHED, Room
from stockcast_lib.ports.tracing import (
    UNTRACED,
    Attribute,
    Span,
    SpanKind,
    Tracer,
)

__all__ = [
    "UNCOUNTED",
    "UNTRACED",
    "UNWATCHED",
    "Attribute",
    "CellRun",
    "Challengers",
    "Claim",
    "ClosingRunner",
    "DeadLetter",
    "Directories",
    "Exposition",
    "Hold",
    "JobEvents",
    "JobQueue",
    "JobSubmitter",
    "Ledger",
    "Lookup",
    "MarketData",
    "ModelBoard",
    "ModelCatalogue",
    "ModelPublishing",
    "ModelStore",
    "Nonces",
    "NotebookRun",
    "NotebookRunner",
    "Outcome",
    "PriceBoard",
    "PriceStore",
    "RateLimit",
    "RequestMetrics",
    "ResultStore",
    "Room",
    "RunArchive",
    "ScoreStore",
    "ServerMetrics",
    "Span",
    "SpanKind",
    "StageMetrics",
    "StoredForecast",
    "Submission",
    "SubmissionStore",
    "Tracer",
    "VendorBudget",
]
