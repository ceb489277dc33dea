"""Scores of served forecasts as a table's cells."""

from stockcast_lib.core.scores import Score

SCORE_HEAD = (
    "model", "sessions ahead", "forecasts", "tickers", "periods", "error / naive", "band held",
    "bias", "drift", "verdict",
)  # fmt: skip
VERDICTS = {
    "better": "better than the last price",
    "same": "no better than the last price",
    "worse": "worse than the last price",
    "untested": "too few to tell",
}


def score_cells(at: Score) -> tuple[str, ...]:
    """One row under `SCORE_HEAD`: a ratio below 1 is better; bias in daily changes."""
    coverage, tuned = at.coverage, ", parameters set" if at.tuned else ""
    unseen = "all" if at.as_challenger == at.forecasts else at.as_challenger
    beside = f", {unseen} as challenger" if at.as_challenger else ""
    return (
        f"{at.model}@{at.revision}{tuned}{beside}",
        str(at.sessions),
        str(at.forecasts),
        str(at.tickers),
        str(at.periods),
        "-" if at.ratio is None else f"{at.ratio:.3f}",
        f"{coverage.held} of {coverage.forecasts} ({coverage.level:.0%} promised)",
        f"{at.bias:+.2f}",
        "-" if at.drift is None else f"{at.drift:+.3f}",
        VERDICTS[at.standing],
    )
