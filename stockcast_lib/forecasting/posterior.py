"""The objective that a fit minimises, the same for every engine."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from prophet import Prophet

Array = npt.NDArray[np.float64]

# The scales of the priors that Prophet's Stan program fixes.
TREND_PRIOR_SCALE = 5.0  # of the rate k and the offset m
NOISE_PRIOR_SCALE = 0.5  # of sigma_obs


@dataclass(frozen=True)
class Design:
    """What a linear-trend, additive model is fitted to.

    Attributes:
        y: observations scaled to a greatest magnitude of 1, shape (rows,).
        t: times scaled to [0, 1], shape (rows,).
        changepoints: scaled times of the possible rate changes, shape (changepoints,).
        features: Fourier terms, shape (rows, terms).
        beta_scales: prior scales of their coefficients, shape (terms,).
        delta_scale: prior scale tau of the rate changes.
    """

    y: Array
    t: Array
    changepoints: Array
    features: Array
    beta_scales: Array
    delta_scale: float


@dataclass(frozen=True)
class Parameters:
    """One set of Prophet's parameters, by Prophet's names."""

    k: float
    m: float
    delta: Array
    beta: Array
    sigma_obs: float


def design_of(model: Prophet) -> Design:
    """The design that Prophet made of its history."""
    history: Any = model.history
    features, beta_scales, _, _ = model.make_all_seasonality_features(history)
    return Design(
        y=history["y_scaled"].to_numpy(dtype=float),
        t=history["t"].to_numpy(dtype=float),
        changepoints=np.asarray(model.changepoints_t, dtype=float),
        features=features.to_numpy(dtype=float),
        beta_scales=np.asarray(beta_scales, dtype=float),
        delta_scale=model.changepoint_prior_scale,
    )


def parameters_of(model: Prophet) -> Parameters:
    """The parameters that a fit has left in Prophet."""
    arrays = {name: np.asarray(value, dtype=float) for name, value in model.params.items()}
    return Parameters(
        k=arrays["k"].item(),
        m=arrays["m"].item(),
        delta=arrays["delta"].reshape(-1),
        beta=arrays["beta"].reshape(-1),
        sigma_obs=arrays["sigma_obs"].item(),
    )


def hinges(t: Array, changepoints: Array) -> Array:
    """The trend's terms `max(t - s_j, 0)`, shape (times, changepoints)."""
    return np.maximum(t[:, None] - changepoints[None, :], 0.0)


def mean(t: Array, changepoints: Array, features: Array, at: Parameters) -> Array:
    """The model's mean on its own scale, shape (times,).

    Args:
        t: scaled times, shape (times,); they may lie after the history.
        changepoints: as in `Design`.
        features: Fourier terms at these times, shape (times, terms).
        at: the parameters.
    """
    trend = at.k * t + at.m + hinges(t, changepoints) @ at.delta
    return np.asarray(trend + features @ at.beta)


def objective(design: Design, at: Parameters) -> float:
    """The negative log posterior of parameters.

    The model is::

        k, m ~ N(0, 5)   delta_j ~ Laplace(0, tau)   beta_i ~ N(0, sigma_i)   sigma ~ N+(0, 0.5)
        y(t) ~ N(k t + m + sum_j delta_j max(t - s_j, 0) + X(t) beta, sigma)

    Terms without a parameter in them are dropped, as Stan's `~` statements drop them, and no
    Jacobian is added for sigma > 0: the value is minus the `lp__` of Stan's optimiser.

    Returns:
        The objective, in nats; less is better. Comparable between parameters of one design only.

    Source:
        Taylor and Letham, "Forecasting at scale", The American Statistician, 2018, and the Stan
        program of the `prophet` package.
    """
    expected = mean(design.t, design.changepoints, design.features, at)
    squares = float(((design.y - expected) ** 2).sum())
    penalty = (
        0.5 * (at.k**2 + at.m**2) / TREND_PRIOR_SCALE**2
        + float(np.abs(at.delta).sum()) / design.delta_scale
        + 0.5 * float(((at.beta / design.beta_scales) ** 2).sum())
        + 0.5 * (at.sigma_obs / NOISE_PRIOR_SCALE) ** 2
    )
    likelihood = len(design.y) * float(np.log(at.sigma_obs)) + 0.5 * squares / at.sigma_obs**2
    return penalty + likelihood


def negative_log_posterior(model: Prophet) -> float:
    """The objective at a fitted model's parameters; see `objective`.

    Args:
        model: any Prophet with a linear trend, additive terms and one set of parameters.
    """
    return objective(design_of(model), parameters_of(model))
