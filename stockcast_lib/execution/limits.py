"""What one run may use of its worker; past each limit the run ends with an error that names it."""

from dataclasses import dataclass

MEGABYTE = 1024 * 1024
# What all cells together may print, and what they may display. A notebook keeps each printed line
# as a string of its own: short ones take ten times their length.
OUTPUT_BYTES = 8 * MEGABYTE


@dataclass(frozen=True)
class Limits:
    """Time, memory and processes.

    Attributes:
        run_seconds: for all cells together.
        cell_seconds: for one cell.
        memory_bytes: data that each process of the kernel may hold, and all of them together.
        processes: of the kernel at once, itself included.
    """

    run_seconds: float = 300.0
    cell_seconds: float = 300.0
    memory_bytes: int = 2048 * MEGABYTE
    processes: int = 64
