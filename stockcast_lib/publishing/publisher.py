"""The gate that a notebook goes through, and promotions: the `ModelPublishing` port.

Who only lists models, as the gateway mostly does, never imports what trials take: the numerics.
"""

import json
import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import structlog

from stockcast_lib.core.contract import (
    Contract,
    broken,
    check_contract,
    checked_document,
    code_revision,
    read_notebook,
    stripped,
)
from stockcast_lib.core.errors import InvalidRequest, WorseThanChampion
from stockcast_lib.core.jobs import DEFAULT_MODEL
from stockcast_lib.core.model_config import PRESETS
from stockcast_lib.core.models import (
    BUILT_IN,
    NAME,
    Challenge,
    Comparison,
    ModelRef,
    ModelRevision,
    Promotion,
    TrialScores,
    entry_time,
)
from stockcast_lib.ports import MarketData, ModelCatalogue, NotebookRunner, PriceStore
from stockcast_lib.publishing.challenges import challenge
from stockcast_lib.publishing.registry import ModelRegistry
from stockcast_lib.publishing.rehearsal import Failed
from stockcast_lib.publishing.trial_set import TrialSet

_log = structlog.get_logger()


@dataclass(frozen=True)
class Publisher:
    """Publishes and promotes.

    Attributes:
        registry: of models.
        models: leads to the champion's notebook.
        market: the bundled sample.
        prices: of trials.
        trials: what each notebook is tried on.
        runner: a runner for notebooks that nobody trusts, for as long as it is held.
        versions: of the libraries that kernels have.
    """

    registry: ModelRegistry
    models: ModelCatalogue
    market: Callable[[], MarketData]
    prices: PriceStore
    trials: TrialSet
    runner: Callable[[], AbstractContextManager[NotebookRunner]]
    versions: Mapping[str, str]

    def publish(self, name: str, document: Any, author: str) -> tuple[ModelRevision, bool]:
        """See `ModelPublishing.publish`."""
        _refuse_name(name)
        checked = checked_document(document, name)
        contract = check_contract(checked)
        if contract.faults:
            raise broken(name, contract.faults)
        ref = ModelRef(name, code_revision(checked))
        with self.registry.board.gate():
            held = self.registry.store.revision(ref)
            if held is not None:
                return held, False
            return self._through_the_gate(ref, stripped(checked), contract, author), True

    def _through_the_gate(
        self, ref: ModelRef, document: Mapping[str, Any], contract: Contract, author: str
    ) -> ModelRevision:
        data = json.dumps(document, indent=1).encode()
        champion = self.registry.champion(ref.name)
        with TemporaryDirectory(prefix="stockcast-gate-") as folder, self.runner() as runner:
            notebook = Path(folder) / "notebook.ipynb"
            notebook.write_bytes(data)
            # The same code under another name, or a gate that was left half way.
            held = self.registry.store.scores(ref.revision or "")
            scores = held or self._tried(runner, notebook, ref)
            comparison = _compared(scores, self._scores_of(runner, champion), champion)
        revision = ModelRevision(
            name=ref.name,
            revision=ref.revision or "",
            author=author,
            published_at=datetime.now(UTC),
            versions=dict(self.versions),
            parameters=dict(contract.parameters),
            extras=contract.extras,
            scores=scores,
            comparison=comparison,
        )
        self.registry.store.save(revision, data)
        _log.info("model.published", model=str(ref), by=author, standing=comparison.standing)
        return revision

    def promote(self, ref: ModelRef, by: str, because: str | None) -> Promotion:
        """See `ModelPublishing.promote`."""
        ref = self.registry.resolve(ref)
        with self.registry.board.gate():
            last = self.registry.store.last_promotion(ref.name)
            previous = last[1] if last else None
            comparison = self._compared(ref)
            if comparison and comparison.standing == "worse" and not because:
                raise _worse(ref, comparison)
            promotion = Promotion(
                name=ref.name,
                revision=ref.revision or "",
                previous=previous.revision if previous else _unpromoted(ref.name),
                at=entry_time(datetime.now(UTC), previous),
                by=by,
                because=because,
                comparison=comparison,
            )
            key = self.registry.store.add_promotion(promotion)
            self.registry.board.publish(ref.name, key, promotion)
        _log.info("model.promoted", model=str(ref), by=by, because=because)
        return promotion

    def challenge(self, ref: ModelRef, by: str) -> Challenge:
        """See `ModelPublishing.challenge`."""
        return challenge(self.registry, ref, by)

    def overview(self) -> list[Mapping[str, Any]]:
        """See `ModelPublishing.overview`."""
        store = self.registry.store
        return [
            {
                "name": name,
                "current": promotions[-1].revision if promotions else _unpromoted(name),
                "revisions": [_json(each) for each in store.revisions(name)],
                "promotions": [_json(each) for each in promotions],
                **self._challenges(name),
            }
            for name in sorted({DEFAULT_MODEL, *store.names()})
            for promotions in (store.promotions(name),)
        ]

    def notebook(self, ref: ModelRef) -> bytes:
        """See `ModelPublishing.notebook`."""
        found = self.registry.resolve(ref)
        return self.models.notebook(str(found)).read_bytes()

    def _challenges(self, name: str) -> Mapping[str, Any]:
        challenger = self.registry.challenger(name)
        return {
            "challenger": challenger.revision if challenger else None,
            "dropped": self.registry.board.dropped(challenger) if challenger else 0,
            "challenges": [_json(each) for each in self.registry.store.challenges(name)],
        }

    def _compared(self, ref: ModelRef) -> Comparison | None:
        """The revision beside the champion of now; None where it is the champion itself."""
        champion = self.registry.champion(ref.name)
        if champion == ref:
            return None
        candidate, held = self._known_scores(ref), self._known_scores(champion)
        if candidate is None or held is None:
            with self.runner() as runner:
                candidate = self._scores_of(runner, ref)
                held = self._scores_of(runner, champion)
        return _compared(candidate, held, champion)

    def _scores_of(self, runner: NotebookRunner, ref: ModelRef) -> TrialScores:
        return self._known_scores(ref) or self._tried(runner, self.models.notebook(str(ref)), ref)

    def _known_scores(self, ref: ModelRef) -> TrialScores | None:
        published = self.registry.store.revision(ref)
        if published and published.scores.trial_set == self.trials.digest:
            return published.scores
        return self.registry.store.scores(self._code(self.models.notebook(str(ref))))

    def _tried(self, runner: NotebookRunner, notebook: Path, ref: ModelRef) -> TrialScores:
        from stockcast_lib.publishing.trials import run_trials

        try:
            scores = run_trials(self.trials, runner, notebook, self.market(), self.prices)
        except Failed as failed:
            if failed.cause.retryable:
                raise failed.cause from None
            raise broken(str(ref), [failed.fault]) from None
        self.registry.store.save_scores(self._code(notebook), scores)
        return scores

    def _code(self, notebook: Path) -> str:
        return code_revision(read_notebook(notebook.read_bytes(), notebook.name))


def _compared(candidate: TrialScores, champion: TrialScores, ref: ModelRef) -> Comparison:
    from stockcast_lib.publishing.trials import compare

    return compare(candidate, champion, ref)


def _refuse_name(name: str) -> None:
    if not re.fullmatch(NAME, name) or name in PRESETS:
        taken = f"; {' and '.join(PRESETS)} are taken"
        message = f"must be of small letters, digits, '-' and '_', such as trend{taken}"
        raise InvalidRequest(
            f"The request is not valid: name {message}.",
            fields=[{"field": "name", "message": message}],
        )


def _worse(ref: ModelRef, comparison: Comparison) -> WorseThanChampion:
    return WorseThanChampion(
        f"{ref} is worse than {comparison.champion} beyond noise: its errors are "
        f"{-comparison.gain:.1%} larger (p = {comparison.p_value:.3f}). Improve it, or give a "
        "reason with --because.",
        comparison=comparison.model_dump(mode="json", by_alias=True),
    )


def _unpromoted(name: str) -> str | None:
    return BUILT_IN if name == DEFAULT_MODEL else None


def _json(record: ModelRevision | Promotion | Challenge) -> dict[str, Any]:
    return record.model_dump(mode="json", by_alias=True)
