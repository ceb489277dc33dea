import numpy as np
import pytest

from stockcast_lib.forecasting.posterior import Design, hinges
from stockcast_lib.forecasting.reduction import ReducedDesign


def design(rows: int, changepoints: int = 5, terms: int = 4) -> Design:
    rng = np.random.default_rng(rows)
    return Design(
        y=rng.normal(1.0, 0.1, rows),
        t=np.linspace(0, 1, rows),
        changepoints=np.linspace(0.1, 0.8, changepoints),
        features=rng.normal(size=(rows, terms)),
        beta_scales=np.linspace(0.1, 10, terms),
        delta_scale=0.05,
    )


def ridge(at: Design, variance: float, delta):
    """The smooth coefficients, the residuals and the penalty by the textbook."""
    smooth = np.column_stack([at.t, np.ones_like(at.t), at.features])
    weights = variance / np.concatenate([[5, 5], at.beta_scales]) ** 2
    left = at.y - hinges(at.t, at.changepoints) @ delta
    best = np.linalg.solve(smooth.T @ smooth + np.diag(weights), smooth.T @ left)
    return best, left - smooth @ best, (weights * best**2).sum()


@pytest.mark.parametrize("rows", [200, 8])  # with 8 there are fewer rows than columns
@pytest.mark.parametrize("variance", [1e-6, 1e-2, 10.0])
def test_the_smooth_part_is_the_ridge_regression_of_what_delta_leaves(rows, variance):
    at = design(rows)
    reduced = ReducedDesign(at)
    gram, cross = reduced.lasso(variance)
    zeros = np.zeros(5)
    base = (ridge(at, variance, zeros)[1] ** 2).sum() + ridge(at, variance, zeros)[2]
    for seed in range(3):
        delta = np.random.default_rng(seed).normal(size=5)
        best, residuals, penalty = ridge(at, variance, delta)
        squares = (residuals**2).sum()
        assert reduced.smooth_coefficients(variance, delta) == pytest.approx(best, rel=1e-6)
        assert reduced.squares(variance, delta[:, None]) == pytest.approx(
            squares, rel=1e-6, abs=1e-12
        )
        change = delta @ gram @ delta - 2 * cross @ delta
        assert base + change == pytest.approx(squares + penalty, rel=1e-6, abs=1e-9)


def test_several_deltas_at_once_give_the_same_sums():
    reduced = ReducedDesign(design(50))
    deltas = np.random.default_rng(3).normal(size=(5, 4))
    together = reduced.squares(0.01, deltas)
    assert together == pytest.approx(
        [reduced.squares(0.01, delta[:, None]).item() for delta in deltas.T]
    )
