"""Published models: where their revisions are kept, and which of them are current."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol

from stockcast_lib.core.models import Challenge, ModelRef, ModelRevision, Promotion, TrialScores


class ModelStore(Protocol):
    """Immutable revisions, and the audit trail of promotions, which is only added to."""

    def save(self, revision: ModelRevision, notebook: bytes) -> None:
        """Store a revision that is not there yet."""

    def names(self) -> list[str]:
        """The models of which there is a revision or a promotion, by name."""

    def revisions(self, name: str) -> list[ModelRevision]:
        """A model's, in the order of publication."""

    def revision(self, ref: ModelRef) -> ModelRevision | None:
        """One revision, if it was published."""

    def notebook(self, ref: ModelRef) -> bytes | None:
        """One revision's notebook, if it was published."""

    def add_promotion(self, promotion: Promotion) -> str:
        """Add to the audit trail; gives the entry's key, which sorts by time."""

    def promotions(self, name: str) -> list[Promotion]:
        """The audit trail of a model, in order. Raises DamagedObject."""

    def last_promotion(self, name: str) -> tuple[str, Promotion] | None:
        """Its last entry, with the key. Raises DamagedObject."""

    def add_challenge(self, challenge: Challenge) -> str:
        """Add to a model's challenges; gives the entry's key, which sorts by time."""

    def challenges(self, name: str) -> list[Challenge]:
        """All of a model's, in order."""

    def last_challenge(self, name: str) -> tuple[str, Challenge] | None:
        """The last of them, with the key. Raises DamagedObject."""

    def scores(self, code: str) -> TrialScores | None:
        """The trials of a notebook's code, if they were made with these libraries."""

    def save_scores(self, code: str, scores: TrialScores) -> None:
        """Store the trials of a notebook's code."""


class ModelBoard(Protocol):
    """What each model's name stands for, as all processes see it at once."""

    def current(self, name: str) -> tuple[bool, Promotion | None]:
        """Whether it is known here, and the last promotion, if there was any."""

    def publish(self, name: str, key: str, promotion: Promotion | None) -> None:
        """Make a promotion the current one, unless a later one is; None where there is none."""

    def challenge(self, name: str) -> tuple[bool, Challenge | None]:
        """Whether it is known here, and the last challenge, if there was any."""

    def publish_challenge(self, name: str, key: str, challenge: Challenge | None) -> None:
        """Make a challenge the current one, as `publish` a promotion."""

    def count_dropped(self, ref: ModelRef) -> None:
        """A challenger's run was dropped, since the queue had no room for it."""

    def dropped(self, ref: ModelRef) -> int:
        """How many were."""

    def gate(self) -> AbstractContextManager[None]:
        """Held while a notebook is on its way to be published; one at a time.

        Raises:
            QueueUnavailable: another has been at the gate for too long.
        """


class Challengers(Protocol):
    """Which revisions are tried beside those that are served."""

    def beside(self, model: str) -> str | None:
        """The challenger of what a request names, as `N@REV`; only where `N` stands for that."""

    def dropped(self, model: str) -> None:
        """There was no room for a run of this challenger."""


class ModelPublishing(Protocol):
    """What the faces do with models."""

    def publish(self, name: str, document: Any, author: str) -> tuple[ModelRevision, bool]:
        """Take a notebook through the gate; whether it is new.

        Raises InvalidRequest, ContractBroken, and what its run fails with.
        """

    def promote(self, ref: ModelRef, by: str, because: str | None) -> Promotion:
        """Have the name stand for a revision. Raises UnknownModel, WorseThanChampion."""

    def challenge(self, ref: ModelRef, by: str) -> Challenge:
        """Have a revision challenge what its name stands for; without one, end that.

        Raises UnknownModel, and InvalidRequest where the name stands for that very revision.
        """

    def overview(self) -> list[Mapping[str, Any]]:
        """All models: what each stands for, its revisions, its audit trail; JSON values."""

    def notebook(self, ref: ModelRef) -> bytes:
        """A revision's notebook. Raises UnknownModel."""
