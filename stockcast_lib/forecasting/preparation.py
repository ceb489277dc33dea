"""A Prophet made ready for a fit outside Stan, and left as its own fit leaves one."""

from typing import Any

import numpy as np
import pandas as pd
from prophet import Prophet

from stockcast_lib.forecasting.features import scaled_times, term_features, y_scale
from stockcast_lib.forecasting.posterior import Array, Design, Parameters


def prepare(model: Prophet, dates: pd.DatetimeIndex, y: Array) -> Design:
    """Do what `Prophet.preprocess` does, without its checks and its reshaping of data frames.

    Args:
        model: not fitted; linear growth, additive seasonal terms and holidays, no regressors.
        dates: ascending, each once, shape (rows,).
        y: observations, finite, shape (rows,).

    Returns:
        The design to fit. The model's history, scales, seasonalities and changepoints are set.
        Without changepoints it has none, where Prophet's has a dummy at 0.
    """
    model.history_dates = pd.Series(dates, name="ds")
    model.history = pd.DataFrame({"ds": dates, "y": y})
    model.initialize_scales(initialize_scales=True, df=model.history)
    t, y_scaled = scaled_times(model, dates), y / y_scale(model)
    model.history = model.history.assign(floor=0.0, t=t, y_scaled=y_scaled)
    model.set_auto_seasonalities()
    model.set_changepoints()
    scales = _holidays_too(model) if model.country_holidays is not None else _seasonal(model)
    return Design(
        y=y_scaled,
        t=t,
        changepoints=_changepoints(model),
        features=term_features(model, dates),
        beta_scales=scales,
        delta_scale=model.changepoint_prior_scale,
    )


def keep_parameters(model: Prophet, at: Parameters) -> None:
    """Store parameters as Prophet does after Stan: one row each, a draw of its own."""
    delta = at.delta if len(at.delta) else np.zeros(1)  # the dummy changepoint's
    values = {"k": at.k, "m": at.m, "delta": delta, "sigma_obs": at.sigma_obs, "beta": at.beta}
    model.params = {name: np.asarray(value).reshape(1, -1) for name, value in values.items()}


def _changepoints(model: Prophet) -> Array:
    # Prophet moves the dummy's rate change into k after the fit, and k has a prior of its own.
    changepoints: Any = model.changepoints
    times = np.asarray(model.changepoints_t, dtype=float)
    return times if len(changepoints) else times[:0]


def _holidays_too(model: Prophet) -> Array:
    """Set the components as Prophet does; give the prior scales of all terms."""
    history: Any = model.history
    _, scales, columns, modes = model.make_all_seasonality_features(history)
    model.train_component_cols, model.component_modes = columns, modes
    return np.asarray(scales, dtype=float)


def _seasonal(model: Prophet) -> Array:
    """The same where there are only seasonal terms, without Prophet's data frames."""
    model.train_component_cols = _component_columns(model)
    model.component_modes = {
        "additive": [
            *model.seasonalities, "additive_terms", "extra_regressors_additive", "holidays",
        ],
        "multiplicative": ["multiplicative_terms", "extra_regressors_multiplicative"],
    }  # fmt: skip
    scales = [
        np.full(2 * term["fourier_order"], term["prior_scale"], dtype=float)
        for term in model.seasonalities.values()
    ]
    return np.concatenate(scales) if scales else np.ones(1)


def _component_columns(model: Prophet) -> pd.DataFrame:
    """Which feature belongs to which component, as zeros and ones in Prophet's order."""
    owners = [
        name for name, term in model.seasonalities.items() for _ in range(2 * term["fourier_order"])
    ]
    total = "additive_terms"
    names = [*sorted([total, *model.seasonalities]), "multiplicative_terms"]
    values = np.zeros((max(len(owners), 1), len(names)), dtype=np.int64)
    for row, owner in enumerate(owners):
        values[row, [names.index(total), names.index(owner)]] = 1
    rows = pd.Index(np.arange(len(values)), name="col")
    return pd.DataFrame(values, index=rows, columns=pd.Index(names, name="component"))
