"""How good past forecasts were: against what came, and against the naive forecast."""

import math
from statistics import NormalDist

import numpy as np
from scipy.special import stdtr

from stockcast_lib.core.results import Coverage, HitRate, HorizonSkill, Skill, Standing
from stockcast_lib.forecasting.combination import LEAST_WINDOWS, separate_windows
from stockcast_lib.forecasting.conformal import CENTRAL_LEVELS
from stockcast_lib.forecasting.posterior import Array
from stockcast_lib.forecasting.random_walk import Index
from stockcast_lib.forecasting.walk_forward import Outcomes

SIGNIFICANT = 0.05
_ROUNDING = 1e-12


def horizon_skill(outcomes: Outcomes, level: float) -> HorizonSkill:
    """The measures of one horizon.

    Args:
        outcomes: one or more, with the bands of `CENTRAL_LEVELS` and of `level`.
        level: of the band to judge.
    """
    band = outcomes.levels.index(level)
    lower, upper = outcomes.lower[band], outcomes.upper[band]
    naive_lower, naive_upper = _naive_band(outcomes, level)
    actual, last = outcomes.actual, outcomes.last
    held = ((lower <= actual) & (actual <= upper))[outcomes.separate]
    error, naive_error = np.abs(actual - outcomes.forecast), np.abs(actual - last)
    return HorizonSkill(
        sessions=outcomes.sessions,
        origins=len(actual),
        windows=outcomes.windows,
        mase=_scaled_mean(error, outcomes),
        naive_mase=_scaled_mean(naive_error, outcomes),
        model_mase=_scaled_mean(np.abs(actual - outcomes.model), outcomes),
        rmsse=_root_mean_square(error, outcomes),
        naive_rmsse=_root_mean_square(naive_error, outcomes),
        crps=_scaled_mean(_crps(outcomes), outcomes),
        naive_crps=_scaled_mean(_naive_crps(outcomes), outcomes),
        winkler=_scaled_mean(winkler(lower, upper, actual, level), outcomes),
        naive_winkler=_scaled_mean(winkler(naive_lower, naive_upper, actual, level), outcomes),
        p_value=_p_value(error - naive_error, outcomes),
        coverage=Coverage(level=level, held=int(held.sum()), windows=outcomes.windows),
        direction=_direction(outcomes),
    )


def winkler(lower: Array, upper: Array, actual: Array, level: float) -> Array:
    """The interval score: the band's width, and a penalty for what lies outside.

    Source: Winkler, "A decision-theoretic approach to interval estimation", JASA, 1972.
    """
    below, above = np.maximum(lower - actual, 0), np.maximum(actual - upper, 0)
    return np.asarray(upper - lower + 2 / (1 - level) * (below + above))


def pinball(quantile: Array, actual: Array, probability: float) -> Array:
    """The quantile loss."""
    above = actual - quantile
    return np.maximum(probability * above, (probability - 1) * above)


def diebold_mariano(
    difference: Array, origins: Index, sessions: int, weights: Array | None = None
) -> float | None:
    """Two-sided p-value that a mean loss difference is not zero.

    Args:
        difference: of the losses of two forecasts, shape (origins,).
        origins: rows, ascending, however far apart.
        sessions: the horizon: differences of overlapping windows are correlated, and the variance
            allows for it with Bartlett's weights.
        weights: of the origins; all the same by default.

    Returns:
        None where all differences are the same, or the windows that do not overlap are fewer than
        two: Student's t has one degree less than they are.

    Source: Diebold and Mariano, "Comparing predictive accuracy", JBES, 1995; Newey and West,
        "A simple, positive semi-definite, heteroskedasticity and autocorrelation consistent
        covariance matrix", Econometrica, 1987; Harvey, Leybourne and Newbold, "Testing the
        equality of prediction mean squared errors", IJF, 1997, for few windows.
    """
    windows = len(separate_windows(origins, sessions))
    degrees = windows - 1
    if degrees < 1:
        return None
    told = np.ones(len(origins)) if weights is None else weights
    mean = float(told @ difference / told.sum())
    centred = told * (difference - mean)
    apart = np.abs(origins[:, None] - origins[None, :])
    overlap = np.maximum(1 - apart / sessions, 0)
    variance = float(centred @ overlap @ centred) / told.sum() ** 2
    # Where all are the same rounding leaves next to nothing.
    if variance <= (_ROUNDING * mean) ** 2:
        return None
    span = windows * sessions
    few = 1 + (1 - 2 * sessions) / span + sessions * (sessions - 1) / span**2
    statistic = mean * math.sqrt(few / variance)
    # Student's t. `scipy.stats` has it, too, and takes two seconds and 40 MB.
    return float(2 * stdtr(degrees, -abs(statistic)))


def skill(horizons: tuple[HorizonSkill, ...], asked: int, share: float) -> Skill:
    """The card of all horizons, with the verdict on the one asked for.

    Args:
        horizons: measured.
        asked: sessions.
        share: how much of the model's word the forecast takes over there.
    """
    found = next((each for each in horizons if each.sessions == asked), None)
    standing = _standing(found)
    return Skill(
        value=_gain(found) if found and standing != "untested" else None,
        baseline="naive",
        windows=found.windows if found else 0,
        standing=standing,
        verdict=_verdict(found, standing),
        share=share,
        horizons=horizons,
    )


def _standing(at: HorizonSkill | None) -> Standing:
    if at is None or at.windows < LEAST_WINDOWS:
        return "untested"
    gain = _gain(at)
    if gain is None or at.p_value is None or at.p_value > SIGNIFICANT:
        return "same"
    return "better" if gain > 0 else "worse"


def _verdict(at: HorizonSkill | None, standing: Standing) -> str:
    if at is None or standing == "untested":
        return "Not enough history to test this horizon."
    windows = f"judged by {at.windows} separate windows"
    if standing == "same":
        return f"No better than yesterday's price, {windows}."
    gain = abs(_gain(at) or 0.0)
    less = "smaller" if standing == "better" else "larger"
    return (
        f"{standing.capitalize()} than yesterday's price: its errors were {gain:.1%} {less}, "
        f"{windows}."
    )


def _gain(at: HorizonSkill) -> float | None:
    return None if not at.naive_mase or at.mase is None else 1 - at.mase / at.naive_mase


def _scaled_mean(losses: Array, outcomes: Outcomes) -> float | None:
    # Before some origins the price may never have moved: there it has no scale.
    scaled = outcomes.scale > 0
    if not scaled.any():
        return None
    relative = losses[scaled] / outcomes.scale[scaled]
    return float(np.average(relative, weights=outcomes.weights[scaled]))


def _root_mean_square(errors: Array, outcomes: Outcomes) -> float | None:
    scaled = np.where(outcomes.scale > 0, outcomes.scale, 1.0)
    mean = _scaled_mean(errors**2 / scaled, outcomes)
    return None if mean is None else math.sqrt(mean)


def _p_value(difference: Array, outcomes: Outcomes) -> float | None:
    scaled = outcomes.scale > 0
    return diebold_mariano(
        difference[scaled] / outcomes.scale[scaled],
        outcomes.origins[scaled],
        outcomes.sessions,
        outcomes.weights[scaled],
    )


def _naive_band(outcomes: Outcomes, level: float) -> tuple[Array, Array]:
    half = NormalDist().inv_cdf(0.5 + level / 2) * outcomes.naive_half_width
    return outcomes.last * np.exp(-half), outcomes.last * np.exp(half)


def _crps(outcomes: Outcomes) -> Array:
    bands = [outcomes.levels.index(level) for level in CENTRAL_LEVELS]
    return _mean_pinball(
        outcomes, [(outcomes.lower[i], outcomes.upper[i]) for i in bands], outcomes.forecast
    )


def _naive_crps(outcomes: Outcomes) -> Array:
    bands = [_naive_band(outcomes, level) for level in CENTRAL_LEVELS]
    return _mean_pinball(outcomes, bands, outcomes.last)


def _mean_pinball(outcomes: Outcomes, bands: list[tuple[Array, Array]], median: Array) -> Array:
    """Twice the mean quantile loss over evenly spaced quantiles, which tends to the CRPS."""
    losses = [pinball(median, outcomes.actual, 0.5)]
    for level, (lower, upper) in zip(CENTRAL_LEVELS, bands, strict=True):
        losses.append(pinball(lower, outcomes.actual, 0.5 - level / 2))
        losses.append(pinball(upper, outcomes.actual, 0.5 + level / 2))
    return np.asarray(2 * np.mean(losses, axis=0))


def _direction(outcomes: Outcomes) -> HitRate:
    said = np.sign(outcomes.forecast - outcomes.last)[outcomes.separate]
    came = np.sign(outcomes.actual - outcomes.last)[outcomes.separate]
    counted = (said != 0) & (came != 0)
    return HitRate(
        right=int((said == came)[counted].sum()),
        rose=int((came > 0)[counted].sum()),
        windows=int(counted.sum()),
    )
