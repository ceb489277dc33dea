import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stockcast_lib.forecasting.lasso import lasso_path, solve_lasso


def problem(seed: int, columns: int, rows: int = 0):
    """A random lasso; with fewer rows than columns its Gram matrix is singular."""
    rng = np.random.default_rng(seed)
    design = rng.normal(size=(rows or 2 * columns, columns)) @ rng.normal(size=(columns, columns))
    return design.T @ design, design.T @ rng.normal(size=len(design))


def assert_minimal(gram, cross, penalty, delta):
    gradient = cross - gram @ delta
    rounding = 1e-9 * np.abs(cross).max()
    assert (np.abs(gradient) <= penalty + rounding).all()
    on = np.abs(delta) > 1e-12 * np.abs(delta).max()  # a path leaves 1e-17 of what it drops
    assert gradient[on] == pytest.approx(penalty * np.sign(delta[on]), abs=rounding)


def test_orthonormal_columns_are_each_drawn_to_zero_by_the_penalty():
    cross = np.array([3.0, -2.0, 0.5, 0.0])
    delta = solve_lasso(np.eye(4), cross, 1.0, np.zeros(4))
    assert delta == pytest.approx([2.0, -1.0, 0.0, 0.0])
    path = lasso_path(np.eye(4), cross)
    assert path.penalties[0] == pytest.approx(3.0)
    assert not path.coefficients[:, 0].any()


@settings(deadline=None, max_examples=100)
@given(
    seed=st.integers(0, 10_000), columns=st.integers(1, 30), share=st.sampled_from([0.9, 0.1, 1e-4])
)
def test_a_solution_meets_the_conditions_of_a_minimum(seed, columns, share):
    gram, cross = problem(seed, columns)
    penalty = share * np.abs(cross).max()
    delta = solve_lasso(gram, cross, penalty, np.zeros(columns))
    assert_minimal(gram, cross, penalty, delta)


@settings(deadline=None, max_examples=50)
@given(seed=st.integers(0, 10_000), columns=st.integers(2, 30))
def test_every_knot_of_the_path_is_a_solution(seed, columns):
    gram, cross = problem(seed, columns)
    path = lasso_path(gram, cross)
    assert (np.diff(path.penalties) <= 0).all()
    for penalty, delta in zip(path.penalties, path.coefficients.T, strict=True):
        assert_minimal(gram, cross, penalty, delta)


@settings(deadline=None, max_examples=50)
@given(seed=st.integers(0, 10_000), columns=st.integers(2, 20))
def test_any_start_leads_to_the_same_solution(seed, columns):
    gram, cross = problem(seed, columns)
    penalty = 0.1 * np.abs(cross).max()
    start = np.random.default_rng(seed).normal(size=columns)
    first, second = (solve_lasso(gram, cross, penalty, at) for at in (np.zeros(columns), start))
    assert_minimal(gram, cross, penalty, second)
    assert first == pytest.approx(second, rel=1e-5, abs=1e-7 * np.abs(first).max())


@settings(deadline=None, max_examples=50)
@given(seed=st.integers(0, 10_000), columns=st.integers(3, 20))
def test_dependent_columns_have_a_solution_too(seed, columns):
    gram, cross = problem(seed, columns, rows=columns // 2 + 1)
    penalty = 0.05 * np.abs(cross).max()
    delta = solve_lasso(gram, cross, penalty, np.zeros(columns))
    gradient = cross - gram @ delta
    assert (np.abs(gradient) <= penalty * (1 + 1e-6)).all()


def test_a_penalty_above_every_gradient_leaves_nothing():
    gram, cross = problem(1, 5)
    assert not solve_lasso(gram, cross, float("inf"), np.zeros(5)).any()


@pytest.mark.parametrize("columns", [0, 3])
def test_nothing_to_explain_is_explained_by_nothing(columns):
    path = lasso_path(np.eye(columns), np.zeros(columns))
    assert path.penalties.tolist() == [0.0]
    assert path.coefficients.shape == (columns, 1)
    assert not solve_lasso(np.eye(columns), np.zeros(columns), 1.0, np.zeros(columns)).any()
