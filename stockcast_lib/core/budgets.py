"""How many calls a vendor allows, a worker's share of them, and what came of it."""

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from stockcast_lib.core.errors import BadVendorKey, ErrorReport, Throttled, VendorUnavailable

# Enough for a refresh, the whole history after it, and another try of each.
CALLS_A_RUN = 8
# So long nobody asks a vendor that has refused everybody, unless it said itself how long.
_RESTS = {Throttled.code: 60.0, VendorUnavailable.code: 30.0, BadVendorKey.code: 300.0}
# A month's cap may be on new symbols alone, and limits are lifted: one call an hour finds out.
_LONGEST_REST = 3600.0


@dataclass(frozen=True)
class CallLimit:
    """So many calls in each window of so many seconds, windows beginning at the epoch."""

    calls: int
    seconds: int


@dataclass(frozen=True)
class CallLease:
    """Calls that its holder may make and nobody else.

    Attributes:
        calls: how many; 0 if none may be made now.
        wait_seconds: after which there may be some again, if there are none.
        refusal: what the vendor said last, if nobody may ask it because of that.
        keys: what it was taken from; the budget's own.
    """

    vendor: str
    calls: int
    wait_seconds: float
    refusal: ErrorReport | None = None
    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class WindowLeft:
    """What is left of a limit.

    Attributes:
        calls: that may still be made.
        limit: what they are left of.
        seconds: until the window ends.
    """

    calls: int
    limit: CallLimit
    seconds: float


@dataclass(frozen=True)
class VendorState:
    """How a vendor stands.

    Attributes:
        left: of each of its limits.
        rest_seconds: for how long nobody asks it; 0 if it does not rest.
        refusal: why it rests.
    """

    vendor: str
    left: tuple[WindowLeft, ...]
    rest_seconds: float
    refusal: ErrorReport | None


class VendorRecord(BaseModel):
    """What a run had to do with vendors.

    Attributes:
        refusals: why each that gave no prices gave none, in the order asked.
        calls: how many each was sent.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    refusals: dict[str, ErrorReport] = {}
    calls: dict[str, int] = {}


def rest_seconds(refusal: ErrorReport) -> float | None:
    """For how long nobody should ask the vendor, an hour at most.

    None if it refused this one ticker only, or says itself that it may be asked at once.
    """
    rest = _RESTS.get(refusal.code)
    asked = refusal.details.get("retry_after")
    if rest is None or not isinstance(asked, int | float):
        return rest
    return min(float(asked), _LONGEST_REST) if asked > 0 else None
