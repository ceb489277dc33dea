"""Published models: a name, its immutable revisions, and which of them the name stands for.

A request names a model `N`, or one revision of it, `N@REV`. What `N` stands for is said by the last
promotion of the name; the audit trail of promotions is only ever added to.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat
from pydantic.alias_generators import to_camel

from stockcast_lib.core.errors import InvalidRequest, UnknownModel
from stockcast_lib.core.results import Standing

# The notebook that comes with Stockcast, as a revision of the default model.
BUILT_IN = "builtin"
NAME = r"[a-z][a-z0-9_-]{0,62}"
REVISION = rf"(?:[0-9a-f]{{16}}|{BUILT_IN})"
MODEL = re.compile(rf"(?P<name>{NAME})(?:@(?P<revision>{REVISION}))?")


@dataclass(frozen=True)
class ModelRef:
    """A model as it is asked for; without a revision, the one that is current."""

    name: str
    revision: str | None = None

    def __str__(self) -> str:
        return f"{self.name}@{self.revision}" if self.revision else self.name


def model_ref(text: str) -> ModelRef:
    """What `N` or `N@REV` names.

    Raises:
        UnknownModel: it is written like neither.
    """
    found = MODEL.fullmatch(text)
    if found is None:
        raise UnknownModel(
            f"{text!r} names no model: write a name such as trend, or one of its revisions, "
            "trend@0123456789abcdef.",
            known=[],
        )
    return ModelRef(found["name"], found["revision"])


def model_name(text: str) -> str:
    """The name in a checked `N` or `N@REV`."""
    return text.partition("@")[0]


class _Record(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True
    )


class Trial(_Record):
    """One forecast from a past day, beside what came.

    Attributes:
        as_of: the last session that the model saw.
        error: absolute, in units of the mean absolute change from one session to the next.
        naive_error: of the last price unchanged.
        held: whether the band held the price that came.
    """

    ticker: str
    as_of: date
    error: FiniteFloat
    naive_error: FiniteFloat
    held: bool


class TrialScores(_Record):
    """A revision's trials.

    Attributes:
        trial_set: which tickers, days and horizon; only scores of the same set can be compared.
        days: the horizon in calendar days.
        level: of the band.
        trials: by ticker and day.
    """

    trial_set: str
    days: int
    level: float
    error: FiniteFloat = Field(description="Mean over the trials.")
    naive_error: FiniteFloat = Field(description="That of the last price unchanged.")
    held: int = Field(description="In how many of the trials the band held.")
    trials: tuple[Trial, ...]


class Comparison(_Record):
    """A revision beside the champion of that day, on the same trials.

    Attributes:
        champion: as `N@REV`.
        gain: by how much the revision's mean error is below the champion's, as a share of it.
        p_value: of the Diebold-Mariano test that they differ; None where no trial does.
        standing: what may be said beyond noise.
    """

    champion: str
    gain: FiniteFloat
    p_value: FiniteFloat | None
    standing: Standing


class ModelRevision(_Record):
    """One published notebook.

    Attributes:
        revision: the hash of its code.
        versions: of the libraries that its trials ran with.
        parameters: defaults of its parameters cell.
        extras: those of them that no request sets.
    """

    name: str
    revision: str
    author: str
    published_at: datetime
    versions: dict[str, str]
    parameters: dict[str, Any]
    extras: tuple[str, ...] = ()
    scores: TrialScores
    comparison: Comparison

    @property
    def ref(self) -> ModelRef:
        """How it is asked for."""
        return ModelRef(self.name, self.revision)


class _Entry(_Record):
    @property
    def digest(self) -> str:
        """Of all that it says."""
        return _entry_digest(self.model_dump_json())

    def is_whole(self, digest: str) -> bool:
        """Whether it is, read back, what had this digest when it was written."""
        # A field that a later release adds was not there then.
        return _entry_digest(self.model_dump_json(exclude_unset=True)) == digest


def _entry_digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


class Promotion(_Entry):
    """One entry of a model's audit trail: from `at` on its name stands for `revision`.

    Attributes:
        previous: what it stood for before; None where for nothing.
        by: whose token it was.
        because: the reason given; needed where the trials are worse than the champion's.
    """

    name: str
    revision: str
    previous: str | None
    at: datetime
    by: str
    because: str | None = None
    comparison: Comparison | None = None

    @property
    def ref(self) -> ModelRef:
        """What the name stands for."""
        return ModelRef(self.name, self.revision)


class Challenge(_Entry):
    """From `at` on a revision is tried beside what the name stands for, on what people ask for.

    Attributes:
        revision: the challenger; None where from then on there is none.
        by: whose token it was.
    """

    name: str
    revision: str | None
    at: datetime
    by: str


def entry_time(now: datetime, last: Promotion | Challenge | None) -> datetime:
    """When an entry is made: after the last one, whatever this machine's clock says."""
    return now if last is None else max(now, last.at + timedelta(microseconds=1))


def unknown_model(text: str, known: Iterable[str]) -> UnknownModel:
    """The error for a model or a revision that there is not.

    Args:
        text: as asked for.
        known: models or revisions that could be asked for in its place.
    """
    names = sorted(set(known))
    told = f"known are: {', '.join(names)}" if names else "none is published yet"
    return UnknownModel(f"There is no model {text}; {told}.", known=names)


def not_a_model(text: str, known: Iterable[str]) -> InvalidRequest:
    """The error for a request that names a model that there is not.

    Args:
        text: as asked for.
        known: models or revisions that could be asked for in its place.
    """
    message = f"{text} is not a known model; known are: {', '.join(sorted(set(known)))}"
    return InvalidRequest(
        f"The request is not valid: model {message}.",
        fields=[{"field": "model", "message": message}],
    )


def settings_digest(value: Mapping[str, Any]) -> str:
    """A short name for settings, the same for the same ones."""
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()[:8]
