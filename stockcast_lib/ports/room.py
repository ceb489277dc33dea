"""Room for what is new where the stores keep their data."""

from typing import Protocol


class Room(Protocol):
    """The room that the stores of this machine have; of stores elsewhere nothing is known."""

    def lacking(self) -> str | None:
        """Why nothing new may be kept, with what to do; None where it may. Told at once."""


class Unwatched:
    """The port where nobody looks."""

    def lacking(self) -> str | None:
        """See `Room.lacking`: nothing is known."""
        return None


UNWATCHED = Unwatched()
