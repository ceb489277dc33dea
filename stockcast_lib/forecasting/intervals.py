"""Central bands around a model's forecast, from draws of the future that it describes.

The draws are those of Prophet's generative model: beyond the history the trend goes on changing
its rate, as often and by as much as it did within it, and observation noise is added. They are
made here, and not by Prophet, because it draws from numpy's global generator, which threads
share, and holds every draw of every session in memory at once.

A draw's deviation from the point forecast is symmetric, so the central band of a level is the
forecast plus or minus that quantile of the deviations' size.
"""

from collections.abc import Iterator, Sequence
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
import pandas as pd
from prophet import Prophet

from stockcast_lib.core.errors import ModelDiverged
from stockcast_lib.forecasting.features import scaled_times, y_scale
from stockcast_lib.forecasting.posterior import Array, Parameters, parameters_of

DRAWS = 2_000
_SEED = 20_180_101
_BLOCK = 250  # sessions in memory at once: 2,000 draws of them are 4 MB an array
_RATE_CHANGE_FLOOR = 1e-8  # Prophet's own, for a history without any change


def half_widths(
    model: Prophet, sessions: pd.DatetimeIndex, levels: Sequence[float], draws: int = DRAWS
) -> Array:
    """Half the width of each level's band on the model's own (log) scale.

    Args:
        model: fitted, with a linear trend and one set of parameters.
        sessions: ascending, after the history's last.
        levels: shares of the draws that the bands hold, between 0 and 1.
        draws: simulated futures.

    Returns:
        Shape (levels, sessions). The same inputs give the same widths.
    """
    t = scaled_times(model, sessions)
    blocks = _deviations(parameters_of(model), _changes_a_unit(model), t, draws)
    widths = [np.quantile(np.abs(block), levels, axis=0) for block in blocks]
    return np.asarray(np.concatenate(widths, axis=1) * y_scale(model))


def noise_half_width(model: Prophet, level: float) -> float:
    """Half the width of the band within the history, where only noise is uncertain."""
    sigma = float(np.mean(model.params["sigma_obs"])) * y_scale(model)
    return NormalDist().inv_cdf(0.5 + level / 2) * sigma


def price_band(centre: Array, half_width: Array | float) -> tuple[Array, Array, Array]:
    """Price, lower and upper from logarithms.

    Raises:
        ModelDiverged: a price is not a positive number, or a bound not a finite one.
    """
    with np.errstate(over="ignore"):
        price, lower, upper = (
            np.exp(centre + offset) for offset in (0.0, -half_width, +half_width)
        )
    if not (np.isfinite(upper).all() and np.isfinite(lower).all() and (price > 0).all()):
        raise ModelDiverged(
            "The model's prices are not finite at this horizon: choose a nearer one, "
            "or a smaller changepoint_prior_scale."
        )
    return price, lower, upper


def _changes_a_unit(model: Prophet) -> float:
    """How many rate changes to expect in a stretch as long as the history."""
    return float(np.asarray(model.changepoints_t).size)


def _deviations(at: Parameters, rate: float, t: Array, draws: int) -> Iterator[Array]:
    """Deviations from the point forecast, on the model's scale, a block of sessions at a time.

    A rate change `c` at time `s` adds `c (t - s)` from then on, so a path needs only two running
    sums: of `c` and of `c s`.

    Yields:
        Shape (draws, sessions in the block).
    """
    rng = np.random.default_rng(_SEED)
    scale = float(np.abs(at.delta).mean()) + _RATE_CHANGE_FLOOR
    slope, offset, start = np.zeros((draws, 1)), np.zeros((draws, 1)), 1.0
    for block in np.array_split(t, -(-len(t) // _BLOCK)):
        shape = (draws, len(block))
        counts = rng.poisson(rate * (block[-1] - start), draws)
        times = rng.uniform(start, block[-1], counts.sum())
        changes = rng.laplace(0.0, scale, counts.sum())
        cell = np.repeat(np.arange(draws), counts) * len(block) + np.searchsorted(block, times)
        slopes = slope + _running_sums(cell, changes, shape)
        offsets = offset + _running_sums(cell, changes * times, shape)
        yield slopes * block - offsets + rng.normal(0.0, at.sigma_obs, shape)
        slope, offset, start = slopes[:, -1:], offsets[:, -1:], block[-1]


def _running_sums(cell: npt.NDArray[np.intp], values: Array, shape: tuple[int, int]) -> Array:
    sums = np.bincount(cell, weights=values, minlength=shape[0] * shape[1])
    return np.asarray(sums.reshape(shape).cumsum(axis=1))
