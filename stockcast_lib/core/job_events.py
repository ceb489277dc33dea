"""What is told of a job: its changes, and where it stands while it waits."""

import re
from dataclasses import dataclass

from stockcast_lib.core.jobs import JobState, Progress, Stage

_ENTRY = re.compile(r"[0-9]{1,15}-[0-9]{1,15}")


@dataclass(frozen=True)
class Place:
    """Where a queued job stands.

    Attributes:
        position: 1 is given out next.
        expected_seconds: until it starts, as a guess; None where nothing is known to guess by.
    """

    position: int
    expected_seconds: float | None = None


@dataclass(frozen=True)
class JobEvent:
    """One change of a job, or how it is now.

    Attributes:
        id: of the entry in the stream of events; None for a job that only the archive has.
        state: after the change.
        stage: likewise.
        progress: the cell that begins; None where that is not what has changed.
        place: of a job that is queued, if it stands in a line.
    """

    id: str | None
    state: JobState
    stage: Stage
    progress: Progress | None = None
    place: Place | None = None

    @property
    def name(self) -> str:
        """What has changed: the progress, or else the state."""
        return "progress" if self.progress else self.state


def entry_id(text: str | None) -> str | None:
    """The id of an entry, as a client gives it back; None for what is none."""
    return text if text and _ENTRY.fullmatch(text) else None


def is_later(entry: str, other: str) -> bool:
    """Whether an entry was written after another."""
    return _parts(entry) > _parts(other)


def _parts(entry: str) -> tuple[int, ...]:
    return tuple(map(int, entry.split("-")))
