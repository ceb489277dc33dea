"""The skill card's measures as a table's cells."""

from stockcast_lib.core.results import HorizonSkill

HEAD = (
    "sessions ahead", "past forecasts", "separate windows", "error / naive", "model alone / naive",
    "CRPS / naive", "band score / naive", "band held", "direction right", "rose", "p",
)  # fmt: skip


def measures(at: HorizonSkill) -> tuple[str, ...]:
    """One horizon's row under `HEAD`: errors and scores as ratios, below 1 is better."""
    direction = at.direction
    return (
        str(at.sessions),
        str(at.origins),
        str(at.windows),
        _ratio(at.mase, at.naive_mase),
        _ratio(at.model_mase, at.naive_mase),
        _ratio(at.crps, at.naive_crps),
        _ratio(at.winkler, at.naive_winkler),
        f"{at.coverage.held} of {at.coverage.windows}",
        f"{direction.right} of {direction.windows}",
        f"{direction.rose} of {direction.windows}",
        "-" if at.p_value is None else f"{at.p_value:.3f}",
    )


def _ratio(own: float | None, naive: float | None) -> str:
    return "-" if own is None or not naive else f"{own / naive:.3f}"
