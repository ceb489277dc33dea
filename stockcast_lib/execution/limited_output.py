"""The kernel's side of the output limit: a stream that takes no more than it may.

Without it a cell that prints a gigabyte would send it, as one message, into its worker.
"""

import threading
from typing import Any

from ipykernel.iostream import OutStream

from stockcast_lib.core.errors import OutputTooLarge
from stockcast_lib.execution.limits import MEGABYTE, OUTPUT_BYTES


class LimitedOutStream(OutStream):
    """Standard output, or standard error, of a kernel that runs one notebook."""

    _written = 0

    def write(self, string: str) -> Any:
        """See `OutStream.write`. Raises OutputTooLarge in the thread that runs the cells."""
        self._written += len(string)
        if self._written <= OUTPUT_BYTES:
            return super().write(string)
        # What child processes print comes on a thread that must live on.
        if threading.current_thread() is threading.main_thread():
            raise OutputTooLarge(
                f"The notebook printed more than {OUTPUT_BYTES // MEGABYTE} MB: print less."
            )
        return len(string)
