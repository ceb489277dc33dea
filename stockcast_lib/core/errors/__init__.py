"""Every error that Stockcast raises on purpose.

1. One root, `StockcastError`; nothing else is raised across a package's edge.
2. The type says whose fault it is (`Fault`) and whether the same call may succeed later
   (`retryable`), so that nobody parses a message.
3. The message is one sentence that says what is wrong and what to do next.
4. An error travels as an `ErrorReport` (TCP, Redis, HTTP). Out of a notebook come only its class's
   name and its text, so the text has the details behind the message, on a line of their own.
"""

from stockcast_lib.core.errors.reports import (
    error_from_name,
    error_from_report,
)
from stockcast_lib.core.errors.request import (
    BadFrame,
    BadSettings,
    BadSymbolList,
    ContractBroken,
    IdempotencyKeyReused,
    InvalidRequest,
    LostJob,
    NotEnoughHistory,
    RateLimited,
    RightNeeded,
    TokenNeeded,
    Unauthorised,
    UnknownJob,
    UnknownModel,
    UnknownTicker,
    WorseThanChampion,
)
from stockcast_lib.core.errors.root import (
    ErrorReport,
    Fault,
    StockcastError,
)
from stockcast_lib.core.errors.running import (
    BadAnswer,
    BadResult,
    DamagedObject,
    DamagedPrices,
    DiskFull,
    GatewayUnavailable,
    KernelDied,
    ModelDiverged,
    ModelsRefused,
    NoPrices,
    NotebookFailed,
    NotebookTimedOut,
    OutputTooLarge,
    QueueFull,
    QueueUnavailable,
    RunCancelled,
    StackFailed,
    StoreUnavailable,
    TooManyProcesses,
    TooMuchMemory,
    WorkerLost,
    WorkerUnavailable,
)
from stockcast_lib.core.errors.vendor import (
    BadVendorData,
    BadVendorKey,
    NotInPlan,
    Throttled,
    VendorUnavailable,
)

__all__ = [
    "BadAnswer",
    "BadFrame",
    "BadResult",
    "BadSettings",
    "BadSymbolList",
    "BadVendorData",
    "BadVendorKey",
    "ContractBroken",
    "DamagedObject",
    "DamagedPrices",
    "DiskFull",
    "ErrorReport",
    "Fault",
    "GatewayUnavailable",
    "IdempotencyKeyReused",
    "InvalidRequest",
    "KernelDied",
    "LostJob",
    "ModelDiverged",
    "ModelsRefused",
    "NoPrices",
    "NotEnoughHistory",
    "NotInPlan",
    "NotebookFailed",
    "NotebookTimedOut",
    "OutputTooLarge",
    "QueueFull",
    "QueueUnavailable",
    "RateLimited",
    "RightNeeded",
    "RunCancelled",
    "StackFailed",
    "StockcastError",
    "StoreUnavailable",
    "Throttled",
    "TokenNeeded",
    "TooManyProcesses",
    "TooMuchMemory",
    "Unauthorised",
    "UnknownJob",
    "UnknownModel",
    "UnknownTicker",
    "VendorUnavailable",
    "WorkerLost",
    "WorkerUnavailable",
    "WorseThanChampion",
    "error_from_name",
    "error_from_report",
]
