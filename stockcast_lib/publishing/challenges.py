"""Challengers: revisions that are tried beside what a name stands for, on what people ask for."""

from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from stockcast_lib.core.errors import InvalidRequest
from stockcast_lib.core.models import BUILT_IN, Challenge, ModelRef, entry_time, model_ref
from stockcast_lib.publishing.registry import ModelRegistry

_log = structlog.get_logger()


def challenge(registry: ModelRegistry, ref: ModelRef, by: str) -> Challenge:
    """Have a revision challenge what its name stands for; without a revision, end that.

    Raises:
        UnknownModel: there is no such revision, or the name stands for nothing yet.
        InvalidRequest: the name stands for that very revision.
    """
    current = registry.resolve(ModelRef(ref.name))
    if ref.revision is not None and registry.resolve(ref) == current:
        message = f"is what {ref.name} stands for already: name another of its revisions"
        raise InvalidRequest(
            f"The request is not valid: revision {message}.",
            fields=[{"field": "revision", "message": message}],
        )
    with registry.board.gate():
        last = registry.store.last_challenge(ref.name)
        made = Challenge(
            name=ref.name,
            revision=ref.revision,
            at=entry_time(datetime.now(UTC), last[1] if last else None),
            by=by,
        )
        key = registry.store.add_challenge(made)
        registry.board.publish_challenge(ref.name, key, made)
    _log.info("model.challenged", model=str(ref), by=by)
    return made


@dataclass(frozen=True)
class ModelChallengers:
    """The `Challengers` port."""

    registry: ModelRegistry

    def beside(self, model: str) -> str | None:
        """See `Challengers.beside`."""
        asked = model_ref(model)
        challenger = self.registry.challenger(asked.name)
        # A job's plain name is that of our own notebook: see `ModelCatalogue.resolve`.
        served = ModelRef(asked.name, asked.revision or BUILT_IN)
        if challenger is None or served != self.registry.resolve(ModelRef(asked.name)):
            return None
        return str(challenger)

    def dropped(self, model: str) -> None:
        """See `Challengers.dropped`."""
        self.registry.board.count_dropped(model_ref(model))
