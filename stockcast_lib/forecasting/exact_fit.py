"""The exact maximum of Prophet's posterior for a linear trend and additive terms.

Given sigma it is a lasso in the rate changes (`reduction`, `lasso`). Given all else sigma has a
closed form. One least-angle path says nearly where both hold; from there they are solved in turn,
which never raises the objective, until sigma rests.

With as many parameters as rows the posterior has no maximum: it grows without bound as sigma
goes to zero. So of several stationary points the one with the most noise is taken, where a descent
from a large sigma ends too, and sigma never goes below the value that Prophet gives
to a constant series.
"""

from collections.abc import Iterable

import numpy as np

from stockcast_lib.forecasting.lasso import LassoPath, lasso_path, solve_lasso
from stockcast_lib.forecasting.posterior import NOISE_PRIOR_SCALE, Array, Design, Parameters
from stockcast_lib.forecasting.reduction import ReducedDesign

LEAST_SIGMA = 1e-9
_LEAST_VARIANCE = LEAST_SIGMA**2
_ROUNDS = 500
_TOLERANCE = 1e-10  # relative, of the variance


def map_estimate(design: Design, start: Parameters | None = None) -> Parameters:
    """The parameters of the greatest posterior density; see `map_estimates`.

    Args:
        design: what to fit.
        start: those of a design much like it, with as many changepoints, which saves the path.
    """
    if start is None or len(start.delta) != len(design.changepoints):
        return map_estimates(design, [design.delta_scale])[0]
    return _settled(ReducedDesign(design), start.sigma_obs**2, start.delta, design.delta_scale)


def map_estimates(design: Design, delta_scales: Iterable[float]) -> list[Parameters]:
    """The estimates for several prior scales of the rate changes, from one lasso path.

    Args:
        design: what to fit; its own `delta_scale` has no part here.
        delta_scales: positive.

    Returns:
        One set of parameters a scale: a minimum of `posterior.objective`.

    Source:
        Taylor and Letham, "Forecasting at scale", The American Statistician, 2018, for the
        model; Efron, Hastie, Johnstone and Tibshirani, "Least angle regression", The Annals of
        Statistics, 2004, for the path.
    """
    reduced = ReducedDesign(design)
    without_changes = np.zeros((reduced.changepoints, 1))
    variance = float(_variances(reduced, _LEAST_VARIANCE, without_changes)[0])
    path = lasso_path(*reduced.lasso(variance))
    variances = _variances(reduced, variance, path.coefficients)
    return [_estimate(reduced, path, variances, scale) for scale in delta_scales]


def _estimate(
    reduced: ReducedDesign, path: LassoPath, variances: Array, scale: float
) -> Parameters:
    knot = _start(path, variances, scale)
    return _settled(reduced, float(variances[knot]), path.coefficients[:, knot], scale)


def _settled(reduced: ReducedDesign, variance: float, delta: Array, scale: float) -> Parameters:
    """Solve for the rate changes and for sigma in turn until sigma rests."""
    for _ in range(_ROUNDS):
        before = variance
        delta = solve_lasso(*reduced.lasso(before), before / scale, delta)
        variance = float(_variances(reduced, before, delta[:, None])[0])
        if abs(variance - before) <= _TOLERANCE * before:
            break
    k, m, *beta = reduced.smooth_coefficients(variance, delta)
    return Parameters(float(k), float(m), delta, np.asarray(beta), variance**0.5)


def _start(path: LassoPath, variances: Array, scale: float) -> int:
    """The last knot before the penalty falls below what its residuals' variance asks for."""
    passed = np.flatnonzero(variances > scale * path.penalties)
    return max(int(passed[0]) - 1, 0) if len(passed) else len(variances) - 1


def _variances(reduced: ReducedDesign, variance: float, deltas: Array) -> Array:
    """The best sigma^2 for each delta, under its half-normal prior; the ridge has `variance`.

    It is the positive root of `v^2 / prior variance + rows v - squares`.
    """
    squares, rows = reduced.squares(variance, deltas), reduced.rows
    root = 2 * squares / (rows + np.sqrt(rows**2 + 4 * squares / NOISE_PRIOR_SCALE**2))
    return np.asarray(np.maximum(root, _LEAST_VARIANCE))
