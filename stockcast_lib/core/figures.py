"""How the service stands at one moment, as numbers for whoever watches it."""

from dataclasses import dataclass

from stockcast_lib.core.jobs import Lane, Stage


@dataclass(frozen=True)
class LaneFigures:
    """One lane of a stage.

    Attributes:
        waiting: jobs that no worker has taken yet, those in the pause between two tries among them.
        running: jobs that a worker holds.
        oldest_seconds: since the oldest of the waiting ones was asked for; 0 where none waits.
    """

    stage: Stage
    lane: Lane
    waiting: int
    running: int
    oldest_seconds: float


@dataclass(frozen=True)
class QueueFigures:
    """The whole queue.

    Attributes:
        lanes: of each stage.
        workers: alive in the last seconds, by stage.
        dead_letters: jobs that somebody has to look at.
    """

    lanes: tuple[LaneFigures, ...]
    workers: tuple[tuple[Stage, int], ...]
    dead_letters: int


@dataclass(frozen=True)
class KernelFigures:
    """One process's kernels.

    Attributes:
        ready: that wait for their run.
        forks: made since the process began.
        fallbacks: kernels that were started plainly, since they could not be forked.
        rebirths: fork servers that took a dead one's place.
    """

    ready: int
    forks: int
    fallbacks: int
    rebirths: int


@dataclass(frozen=True)
class SessionFigures:
    """The dashboard's visitors.

    Attributes:
        open: of them.
        limit: how many there may be.
        waiting: kernels that wait for the next ones.
    """

    open: int
    limit: int
    waiting: int
