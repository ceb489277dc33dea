"""What the benchmark measures, against which bar, and what became of it."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Figure:
    """One measured value.

    Attributes:
        what: what was measured.
        value: in `unit`.
        unit: "ms", "MB", "x" and the like.
        at_most: the bar that the value must not pass.
        at_least: the bar that the value must reach.
        peer: what else was measured in the same run, to judge the value by.
        samples: the single values, in the order in which they were taken.
    """

    what: str
    value: float
    unit: str = ""
    at_most: float | None = None
    at_least: float | None = None
    peer: str = ""
    samples: Sequence[float] = field(default=(), repr=False)

    @property
    def bar(self) -> str:
        """The bar as a reader sees it; empty where there is none."""
        if self.at_most is not None:
            return f"<= {self.at_most:g} {self.unit}".rstrip()
        if self.at_least is not None:
            return f">= {self.at_least:g} {self.unit}".rstrip()
        return ""

    @property
    def missed(self) -> bool:
        """Whether there is a bar and the value misses it; a value that is no number does."""
        if self.at_most is not None:
            return not self.value <= self.at_most
        return self.at_least is not None and not self.value >= self.at_least


@dataclass(frozen=True)
class Task:
    """What a measurement is given.

    Attributes:
        folder: an empty one, for all that it writes.
        quick: fewer repetitions; for trying the benchmark out.
        tell: called with how far it has come.
    """

    folder: Path
    quick: bool
    tell: Callable[[str], None]

    def times(self, full: int, quick: int) -> int:
        """How often to repeat."""
        return quick if self.quick else full

    def subfolder(self, name: str) -> Path:
        """A folder in `folder`."""
        path = self.folder / name
        path.mkdir(exist_ok=True)
        return path


def median(samples: Sequence[float]) -> float:
    """The value that half of the samples do not pass."""
    return statistics.median(samples)


def percentile(samples: Sequence[float], percent: float) -> float:
    """The smallest sample that `percent` of all samples do not pass."""
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]
