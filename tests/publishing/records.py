"""Records of published models."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from stockcast_lib.core.models import Comparison, ModelRevision, Promotion, Trial, TrialScores

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
DAYS = tuple(date(2009, 3, 16) + timedelta(days=180 * i) for i in range(8))
CODE = "0123456789abcdef"


def scores(factor: float = 1.0, seed: int = 1, trial_set: str = "set") -> TrialScores:
    """Trials whose errors are those of a seed times a factor."""
    errors = np.random.default_rng(seed).uniform(3, 7, len(DAYS))
    trials = tuple(
        Trial(ticker=ticker, as_of=day, error=float(error) * factor, naive_error=5.0, held=True)
        for day, error in zip(DAYS, errors, strict=True)
        for ticker in ("AAPL", "IBM")
    )
    mean = float(np.mean([trial.error for trial in trials]))
    return TrialScores(
        trial_set=trial_set, days=30, level=0.8, error=mean, naive_error=5.0, held=16, trials=trials
    )


def revision(name: str = "trend", code: str = CODE, **changes: Any) -> ModelRevision:
    """A published revision."""
    made = ModelRevision(
        name=name,
        revision=code,
        author="ada",
        published_at=NOW,
        versions={"python": "3.11"},
        parameters={"days": 90},
        scores=scores(),
        comparison=Comparison(champion="default@builtin", gain=0.0, p_value=None, standing="same"),
    )
    return made.model_copy(update=changes)


def promotion(name: str = "trend", code: str = CODE, minutes: int = 0, **changes: Any) -> Promotion:
    """An entry of an audit trail."""
    at = NOW + timedelta(minutes=minutes)
    made = Promotion(name=name, revision=code, previous=None, at=at, by="ada")
    return made.model_copy(update=changes)
