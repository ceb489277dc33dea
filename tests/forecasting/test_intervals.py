import numpy as np
import pytest

from stockcast_lib.core.errors import ModelDiverged
from stockcast_lib.forecasting import ModelConfig, fit_prophet
from stockcast_lib.forecasting.intervals import half_widths, noise_half_width, price_band
from stockcast_lib.forecasting.trading_calendar import sessions_ahead
from tests.factories import LAST_SESSION, price_series


@pytest.fixture(scope="module")
def model():
    return fit_prophet(price_series(500), ModelConfig(yearly_seasonality=False))


def test_bands_agree_with_prophets_own_draws(model):
    sessions = sessions_ahead(LAST_SESSION, 600)  # three blocks of draws
    widths = half_widths(model, sessions, [0.5, 0.8, 0.95], draws=4_000)
    frame = model.setup_dataframe(sessions.to_frame(name="ds"))
    model.uncertainty_samples = 1_500
    state = np.random.get_state()  # noqa: NPY002 - Prophet's generator
    np.random.seed(7)  # noqa: NPY002
    try:
        draws = model.sample_posterior_predictive(frame, vectorized=False)["yhat"]
    finally:
        np.random.set_state(state)  # noqa: NPY002
        model.uncertainty_samples = 0
    for level, width in zip([0.5, 0.8, 0.95], widths, strict=True):
        low, high = np.quantile(draws, [0.5 - level / 2, 0.5 + level / 2], axis=1)
        assert 2 * width == pytest.approx(high - low, rel=0.2)
        assert np.mean(2 * width / (high - low)) == pytest.approx(1, abs=0.05)


def test_the_same_model_gives_the_same_bands_and_leaves_numpys_generator_alone(model):
    sessions = sessions_ahead(LAST_SESSION, 300)
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    first, second = (half_widths(model, sessions, [0.8]) for _ in range(2))
    assert (first == second).all()
    assert (np.random.get_state()[1] == before).all()  # noqa: NPY002


def test_bands_grow_with_the_level_and_with_the_horizon(model):
    widths = half_widths(model, sessions_ahead(LAST_SESSION, 600), [0.5, 0.8, 0.95])
    assert (np.diff(widths, axis=0) > 0).all()
    assert (widths[:, -1] > 2 * widths[:, 0]).all()


def test_a_band_within_the_history_holds_its_share_of_normal_noise(model):
    sigma = model.params["sigma_obs"].item() * model.y_scale
    assert noise_half_width(model, 0.8) == pytest.approx(1.2816 * sigma, rel=1e-4)


def test_prices_are_never_negative():
    _, lower, _ = price_band(np.array([0.0]), np.array([500.0]))
    assert lower[0] >= 0


@pytest.mark.parametrize(
    ("centre", "width"), [(800.0, 0.0), (0.0, 800.0), (np.nan, 1.0), (-800.0, 0.0)]
)
def test_prices_that_are_not_finite_are_refused(centre, width):
    with pytest.raises(ModelDiverged):
        price_band(np.array([centre]), np.array([width]))
