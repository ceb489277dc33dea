"""What is said of a forecast's worth, the same wherever it is shown."""

from stockcast_lib.core.results import Coverage, Skill

NOT_MEASURED = "not yet measured"
_SHORT = {
    "better": "better than the last price",
    "same": "no better than the last price",
    "worse": "worse than the last price",
    "untested": "not enough history to test",
}


def skill_text(skill: Skill | None) -> str:
    """In a few words whether past forecasts beat the last price."""
    if skill is None:
        return NOT_MEASURED
    short = _SHORT[skill.standing]
    gain = skill.value
    if gain is None or skill.standing not in {"better", "worse"}:
        return short
    return f"{short} by {abs(gain):.1%}"


def coverage_text(coverage: Coverage | None) -> str:
    """How often the band held."""
    if coverage is None:
        return NOT_MEASURED
    return f"held {coverage.held} of the last {coverage.windows} times"
