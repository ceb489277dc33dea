import math

import numpy as np
import pytest
from prophet.serialize import model_from_json, model_to_json

from stockcast_lib.forecasting import fit_prophet, negative_log_posterior
from stockcast_lib.forecasting.posterior import Design, Parameters, objective
from tests.factories import price_series

DESIGN = Design(
    y=np.array([1.0, 3.0]),
    t=np.array([0.0, 1.0]),
    changepoints=np.array([0.5]),
    features=np.array([[1.0], [0.0]]),
    beta_scales=np.array([10.0]),
    delta_scale=0.05,
)


def test_the_objective_of_a_small_case_is_the_one_worked_out_by_hand():
    at = Parameters(k=1.0, m=2.0, delta=np.array([-0.4]), beta=np.array([0.5]), sigma_obs=0.5)
    # Means: 2 + 0.5 and 1 + 2 - 0.4 * 0.5; residuals -1.5 and 0.2.
    priors = 1 / 50 + 4 / 50 + 0.4 / 0.05 + 0.25 / 200 + 0.25 / 0.5
    likelihood = 2 * math.log(0.5) + (1.5**2 + 0.2**2) / (2 * 0.25)
    assert objective(DESIGN, at) == pytest.approx(priors + likelihood)


def test_the_objective_is_the_one_that_the_stan_optimiser_reports():
    model = fit_prophet(price_series(400), engine="stan")
    reported = model.stan_fit.optimized_params_dict["lp__"]
    assert negative_log_posterior(model) == pytest.approx(-reported, rel=1e-6)
    assert model.negative_log_posterior == negative_log_posterior(model)


def test_moving_a_parameter_from_the_fit_makes_the_objective_worse():
    model = fit_prophet(price_series(400))
    fitted = model.negative_log_posterior
    model.params["m"] = model.params["m"] + 0.01
    assert model.negative_log_posterior > fitted + 1


def test_a_model_read_back_from_prophets_json_has_the_same_objective():
    model = fit_prophet(price_series(300))
    again = model_from_json(model_to_json(model))
    assert negative_log_posterior(again) == pytest.approx(model.negative_log_posterior)
