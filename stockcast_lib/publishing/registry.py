"""Which models there are, and what their names stand for."""

from dataclasses import dataclass

from stockcast_lib.core.jobs import DEFAULT_MODEL
from stockcast_lib.core.models import BUILT_IN, ModelRef, Promotion, unknown_model
from stockcast_lib.ports import ModelBoard, ModelStore

_BUILT_IN = ModelRef(DEFAULT_MODEL, BUILT_IN)


@dataclass(frozen=True)
class ModelRegistry:
    """Reads the board, and the store where the board knows nothing. Safe between threads."""

    store: ModelStore
    board: ModelBoard

    def current(self, name: str) -> Promotion | None:
        """The last promotion of a name."""
        known, promotion = self.board.current(name)
        if known:
            return promotion
        last = self.store.last_promotion(name)
        key, promotion = last or ("", None)
        self.board.publish(name, key, promotion)
        return promotion

    def resolve(self, ref: ModelRef) -> ModelRef:
        """The revision that is meant; of the default model, if never promoted, our own.

        Raises:
            UnknownModel: there is no such model, or no such revision of it.
        """
        if ref.revision is not None:
            return self._checked(ref)
        promotion = self.current(ref.name)
        if promotion is not None:
            return promotion.ref
        if ref.name == DEFAULT_MODEL:
            return _BUILT_IN
        raise unknown_model(ref.name, self.served())

    def served(self) -> list[str]:
        """The names that can be asked for, the default one first."""
        promoted = [name for name in self.store.names() if self.current(name)]
        return [DEFAULT_MODEL, *(name for name in promoted if name != DEFAULT_MODEL)]

    def champion(self, name: str) -> ModelRef:
        """What a new revision of a name has to stand up to: the current one, else the default's."""
        promotion = self.current(name)
        return promotion.ref if promotion else self.resolve(ModelRef(DEFAULT_MODEL))

    def challenger(self, name: str) -> ModelRef | None:
        """What is tried beside a name's current revision, if there is anything."""
        known, found = self.board.challenge(name)
        if not known:
            last = self.store.last_challenge(name)
            key, found = last or ("", None)
            self.board.publish_challenge(name, key, found)
        if found is None or found.revision is None:
            return None
        challenger = ModelRef(name, found.revision)
        # Once it is promoted there is nothing left to be tried.
        return None if challenger == self.resolve(ModelRef(name)) else challenger

    def _checked(self, ref: ModelRef) -> ModelRef:
        if ref == _BUILT_IN or self.store.revision(ref) is not None:
            return ref
        revisions = [str(each.ref) for each in self.store.revisions(ref.name)]
        raise unknown_model(str(ref), revisions or self.served())
