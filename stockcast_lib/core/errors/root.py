"""The root of all errors, and an error as data."""

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
