"""What goes wrong while Stockcast runs: its stores, its workers, its notebooks."""

from stockcast_lib.core.errors.root import StockcastError


class StoreUnavailable(StockcastError):
    """S3 cannot be reached, or refuses."""

    code = "store-unavailable"
    retryable = True


class DiskFull(StoreUnavailable):
    """The disk of the stores has no room for what is new; what is there is still served."""

    code = "disk-full"


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


class TooManyConnections(StockcastError):
    """A server has as many connections as it may."""

    code = "too-many-connections"
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


class DamagedObject(StockcastError):
    """What the store holds is not what was written there; `details["key"]` names it."""

    code = "damaged-object"


class DamagedPrices(DamagedObject):
    """The same of a ticker's prices: the next forecast fetches them anew."""

    code = "damaged-prices"


class NotebookFailed(StockcastError):
    """A notebook raised; the executed notebook is archived."""

    code = "notebook-failed"


class NotebookTimedOut(StockcastError):
    """A notebook ran longer than its limit."""

    code = "notebook-timed-out"


class OutputTooLarge(StockcastError):
    """A notebook prints or displays more than its limit."""

    code = "output-too-large"


class TooMuchMemory(StockcastError):
    """A notebook and the processes that it started hold more memory than their limit."""

    code = "too-much-memory"


class TooManyProcesses(StockcastError):
    """A notebook started more processes than its limit."""

    code = "too-many-processes"


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


class ModelsRefused(StockcastError):
    """Published notebooks cannot be run as safely here as they must be."""

    code = "models-refused"


class StackFailed(StockcastError):
    """The local stack cannot start or has lost a part."""

    code = "stack-failed"
