"""Published models in S3: `models/{name}/{revision}/` and `models/{name}/promotions/`.

An entry of the audit trail is named by its digest, a notebook by the hash of its code.
"""

import re
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from stockcast_lib.adapters.s3 import Bucket
from stockcast_lib.core import keys
from stockcast_lib.core.errors import DamagedObject
from stockcast_lib.core.models import (
    NAME,
    Challenge,
    ModelRef,
    ModelRevision,
    Promotion,
    TrialScores,
)

_JSON = "application/json"
_NOTEBOOK = "application/x-ipynb+json"
_NAMED = re.compile(rf"{keys.MODELS}({NAME})/.+\.json")

R = TypeVar("R", bound=BaseModel)
E = TypeVar("E", Promotion, Challenge)


class S3ModelStore:
    """The `ModelStore` port.

    Args:
        bucket: that holds them.
        trial_set: whose scores are kept.
        package_version: of the library that the trials run with.
    """

    def __init__(self, bucket: Bucket, trial_set: str, package_version: str) -> None:
        self._bucket = bucket
        self._trial_set = trial_set
        self._package_version = package_version

    def save(self, revision: ModelRevision, notebook: bytes) -> None:
        """See `ModelStore.save`."""
        name, code = revision.name, revision.revision
        self._bucket.put(
            keys.model_artefact(name, code, keys.NOTEBOOK_ARTEFACT), notebook, _NOTEBOOK
        )
        # Last: a reader that finds the manifest finds the notebook.
        manifest = keys.model_artefact(name, code, keys.MANIFEST_ARTEFACT)
        self._bucket.put(manifest, _json(revision), _JSON)

    def names(self) -> list[str]:
        """See `ModelStore.names`."""
        found = (_NAMED.fullmatch(key) for key in self._bucket.list(keys.MODELS))
        return sorted({match[1] for match in found if match})

    def revisions(self, name: str) -> list[ModelRevision]:
        """See `ModelStore.revisions`."""
        ending = f"/{keys.MANIFEST_ARTEFACT}"
        held = [key for key in self._bucket.list(keys.model_folder(name)) if key.endswith(ending)]
        found = [self._read(key, ModelRevision) for key in held]
        return sorted((each for each in found if each), key=lambda each: each.published_at)

    def revision(self, ref: ModelRef) -> ModelRevision | None:
        """See `ModelStore.revision`."""
        key = keys.model_artefact(ref.name, ref.revision or "", keys.MANIFEST_ARTEFACT)
        return self._read(key, ModelRevision)

    def notebook(self, ref: ModelRef) -> bytes | None:
        """See `ModelStore.notebook`."""
        key = keys.model_artefact(ref.name, ref.revision or "", keys.NOTEBOOK_ARTEFACT)
        return self._bucket.get(key)

    def add_promotion(self, promotion: Promotion) -> str:
        """See `ModelStore.add_promotion`."""
        stamp = keys.stamp(promotion.at)
        key = keys.model_promotion(promotion.name, stamp, promotion.digest)
        self._bucket.put(key, _json(promotion), _JSON)
        return key

    def promotions(self, name: str) -> list[Promotion]:
        """See `ModelStore.promotions`."""
        return self._all(keys.model_promotions(name), Promotion)

    def last_promotion(self, name: str) -> tuple[str, Promotion] | None:
        """See `ModelStore.last_promotion`."""
        return self._last(keys.model_promotions(name), Promotion)

    def add_challenge(self, challenge: Challenge) -> str:
        """See `ModelStore.add_challenge`."""
        stamp = keys.stamp(challenge.at)
        key = keys.model_challenge(challenge.name, stamp, challenge.digest)
        self._bucket.put(key, _json(challenge), _JSON)
        return key

    def challenges(self, name: str) -> list[Challenge]:
        """See `ModelStore.challenges`."""
        return self._all(keys.model_challenges(name), Challenge)

    def last_challenge(self, name: str) -> tuple[str, Challenge] | None:
        """See `ModelStore.last_challenge`."""
        return self._last(keys.model_challenges(name), Challenge)

    def scores(self, code: str) -> TrialScores | None:
        """See `ModelStore.scores`."""
        return self._read(self._scores_key(code), TrialScores)

    def save_scores(self, code: str, scores: TrialScores) -> None:
        """See `ModelStore.save_scores`."""
        self._bucket.put(self._scores_key(code), _json(scores), _JSON)

    def _scores_key(self, code: str) -> str:
        return keys.trial_scores(self._trial_set, f"{code}+{self._package_version}")

    def _all(self, folder: str, kind: type[E]) -> list[E]:
        return [found for key in self._bucket.list(folder) if (found := self._entry(key, kind))]

    def _last(self, folder: str, kind: type[E]) -> tuple[str, E] | None:
        held = self._bucket.list(folder)
        found = self._entry(held[-1], kind) if held else None
        return (held[-1], found) if found else None

    def _entry(self, key: str, kind: type[E]) -> E | None:
        found = self._read(key, kind)
        if found is not None and not found.is_whole(_digest(key)):
            raise _damaged(key)
        return found

    def _read(self, key: str, kind: type[R]) -> R | None:
        held = self._bucket.get(key)
        if held is None:
            return None
        try:
            return kind.model_validate_json(held)
        except ValidationError:
            raise _damaged(key) from None


def _digest(entry: str) -> str:
    return entry.rpartition("-")[2].removesuffix(".json")


def _damaged(key: str) -> DamagedObject:
    return DamagedObject(
        f"The stored {key} was changed since it was written: restore it from a copy.", key=key
    )


def _json(record: BaseModel) -> bytes:
    return record.model_dump_json(by_alias=True).encode()
