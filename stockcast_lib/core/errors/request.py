"""What is wrong with what a caller asked for."""

from stockcast_lib.core.errors.root import Fault, StockcastError


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


class ContractBroken(StockcastError):
    """A notebook breaks the notebook contract; `details["faults"]` names each with its mend."""

    code = "contract-broken"
    fault = Fault.CALLER


class UnknownModel(StockcastError):
    """No model, or no revision of it, has this name; `details["known"]` lists those there are."""

    code = "unknown-model"
    fault = Fault.CALLER


class WorseThanChampion(StockcastError):
    """A revision's trials are worse than the champion's beyond noise."""

    code = "worse-than-champion"
    fault = Fault.CALLER


class TokenNeeded(StockcastError):
    """A call that needs a token came without a valid one."""

    code = "token-needed"
    fault = Fault.CALLER


class RightNeeded(StockcastError):
    """A token is valid, and has not the right that the call needs."""

    code = "right-needed"
    fault = Fault.CALLER


class RateLimited(StockcastError):
    """A caller calls too often; `details["retry_after"]` says in how many seconds he may again."""

    code = "rate-limited"
    fault = Fault.CALLER


class CrossSite(StockcastError):
    """A browser would change something here for a page of another site."""

    code = "cross-site"
    fault = Fault.CALLER


class BadFrame(StockcastError):
    """A TCP line that is not a message of ours."""

    code = "bad-frame"
    fault = Fault.CALLER


class Unauthorised(StockcastError):
    """A TCP message whose `auth` does not match, or an HTTP call whose token does not."""

    code = "unauthorised"
    fault = Fault.CALLER


class BadSettings(StockcastError):
    """The environment lacks a setting, or holds a wrong one."""

    code = "bad-settings"
    fault = Fault.CALLER
