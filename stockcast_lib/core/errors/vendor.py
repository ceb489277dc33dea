"""What vendors of prices refuse, or answer."""

from stockcast_lib.core.errors.root import Fault, StockcastError


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
