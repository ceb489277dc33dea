"""Every error that Stockcast raises on purpose.

1. One root, `StockcastError`; nothing else is raised across a package's edge.
2. The type says whose fault it is (`Fault`) and whether the same call may succeed later
   (`retryable`), so that nobody parses a message.
3. The message is one sentence that says what is wrong and what to do next.
4. An error travels as an `ErrorReport` (TCP, Redis, HTTP). Out of a notebook come only its class's
   name and its text, so the text has the details behind the message, on a line of their own.
"""

import json
from enum import StrEnum
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict


class Fault(StrEnum):
    """Who can mend it."""

    CALLER = "caller"
    VENDOR = "vendor"
    OURS = "ours"


class ErrorReport(BaseModel):
    """An error as data."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    code: str
    message: str
    fault: Fault
    retryable: bool
    details: dict[str, Any] = {}


class StockcastError(Exception):
    """The root. `details` holds JSON values only."""

    code: ClassVar[str] = "internal"
    fault: ClassVar[Fault] = Fault.OURS
    retryable: ClassVar[bool] = False

    # Positional only: a detail may have any name.
    def __init__(self, message: str, /, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details = details

    def __str__(self) -> str:
        """The message; where there are details, a line of JSON follows."""
        if not self.details:
            return self.message
        return f"{self.message}\n{json.dumps(self.details, default=str)}"

    def report(self) -> ErrorReport:
        """This error as data."""
        return ErrorReport(
            code=self.code,
            message=self.message,
            fault=self.fault,
            retryable=self.retryable,
            details=self.details,
        )


class InvalidRequest(StockcastError):
    """A request breaks the rules; `details["fields"]` lists every wrong field."""

    code = "invalid-request"
    fault = Fault.CALLER


class IdempotencyKeyReused(StockcastError):
    """An idempotency key was given before, with another request."""

    code = "idempotency-key-reused"
    fault = Fault.CALLER


class UnknownTicker(StockcastError):
    """No vendor knows the ticker; `details["nearest"]` lists similar ones."""

    code = "unknown-ticker"
    fault = Fault.CALLER


class BadSymbolList(StockcastError):
    """A list of symbols that cannot be read; `details["lines"]` says what is wrong where."""

    code = "bad-symbol-list"
    fault = Fault.CALLER


class UnknownJob(StockcastError):
    """No job has this id."""

    code = "unknown-job"
    fault = Fault.CALLER


class LostJob(StockcastError):
    """The id is one of ours, but its job went with a Redis volume before it finished."""

    code = "lost-job"


class NotEnoughHistory(StockcastError):
    """Too few sessions to fit a model."""

    code = "not-enough-history"
    fault = Fault.CALLER


class BadFrame(StockcastError):
    """A TCP line that is not a message of ours."""

    code = "bad-frame"
    fault = Fault.CALLER


class Unauthorised(StockcastError):
    """A TCP message whose `auth` does not match, or an HTTP call whose token does not."""

    code = "unauthorised"
    fault = Fault.CALLER


class Throttled(StockcastError):
    """A vendor asks to wait; `details["retry_after"]` holds seconds where it said so."""

    code = "throttled"
    fault = Fault.VENDOR
    retryable = True


class VendorUnavailable(StockcastError):
    """A vendor cannot be reached or answers with a server error."""

    code = "vendor-unavailable"
    fault = Fault.VENDOR
    retryable = True


class BadVendorData(StockcastError):
    """A vendor's answer is not a price series that can be trusted."""

    code = "bad-vendor-data"
    fault = Fault.VENDOR


class BadVendorKey(StockcastError):
    """A vendor refuses the operator's key, or there is none."""

    code = "bad-vendor-key"


class NotInPlan(StockcastError):
    """The operator's plan with a vendor does not cover what was asked for."""

    code = "not-in-plan"
    fault = Fault.VENDOR


class StoreUnavailable(StockcastError):
    """S3 cannot be reached, or refuses."""

    code = "store-unavailable"
    retryable = True


class QueueUnavailable(StockcastError):
    """Redis cannot be reached, or refuses."""

    code = "queue-unavailable"
    retryable = True


class QueueFull(StockcastError):
    """So many jobs wait that a new one would wait too long; `details["retry_after"]` in seconds."""

    code = "queue-full"
    retryable = True


class WorkerUnavailable(StockcastError):
    """No worker of a stage answers over TCP."""

    code = "worker-unavailable"
    retryable = True


class GatewayUnavailable(StockcastError):
    """The HTTP gateway cannot be reached, or something before it refuses."""

    code = "gateway-unavailable"
    retryable = True


class BadAnswer(StockcastError):
    """What answers in the gateway's place does not speak as its API does."""

    code = "bad-answer"


class NoPrices(StockcastError):
    """The store holds no prices for the ticker or version asked for."""

    code = "no-prices"


class NotebookFailed(StockcastError):
    """A notebook raised; the executed notebook is archived."""

    code = "notebook-failed"


class NotebookTimedOut(StockcastError):
    """A notebook ran longer than its limit."""

    code = "notebook-timed-out"


class OutputTooLarge(StockcastError):
    """A notebook prints or displays more than its limit."""

    code = "output-too-large"


class RunCancelled(StockcastError):
    """A run was ended from outside: withdrawn, or given back by a worker that stops."""

    code = "run-cancelled"


class KernelDied(StockcastError):
    """A notebook's kernel ended before the notebook did."""

    code = "kernel-died"
    retryable = True


class BadResult(StockcastError):
    """A notebook displayed no result, or one that does not validate."""

    code = "bad-result"


class WorkerLost(StockcastError):
    """Every worker that took the job fell silent."""

    code = "worker-lost"


class ModelDiverged(StockcastError):
    """The fitted model gives prices that are not finite."""

    code = "model-diverged"


class BadSettings(StockcastError):
    """The environment lacks a setting, or holds a wrong one."""

    code = "bad-settings"
    fault = Fault.CALLER


class StackFailed(StockcastError):
    """The local stack cannot start or has lost a part."""

    code = "stack-failed"


def _all_errors(root: type[StockcastError]) -> dict[str, type[StockcastError]]:
    found = {root.__name__: root}
    for child in root.__subclasses__():
        found |= _all_errors(child)
    return found


_BY_NAME = _all_errors(StockcastError)
_BY_CODE = {kind.code: kind for kind in _BY_NAME.values()}


def error_from_report(report: ErrorReport) -> StockcastError:
    """The exception that a report describes; an unknown code becomes the root."""
    return _BY_CODE.get(report.code, StockcastError)(report.message, **report.details)


def error_from_name(class_name: str, text: str) -> StockcastError | None:
    """The exception that a notebook's traceback names, or None when it is none of ours.

    Args:
        class_name: the exception's class.
        text: what `str` made of the exception.
    """
    kind = _BY_NAME.get(class_name)
    if kind is None:
        return None
    message, _, last_line = text.rpartition("\n")
    details = _json_object(last_line)
    return kind(message, **details) if message and details else kind(text)


def _json_object(text: str) -> dict[str, Any] | None:
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _refuse_constant(name: str) -> None:
    # Python writes NaN and Infinity; who reads the report may not.
    raise ValueError(f"{name} is not JSON")
