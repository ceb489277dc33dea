"""The lasso from a Gram matrix: its whole path, and its solution at one penalty.

The lasso minimises `delta'A delta / 2 - b'delta + penalty |delta|_1`. At its minimum the gradient
`b - A delta` is `penalty sign(delta_j)` where delta_j is not zero, and no greater where it is.
"""

import warnings
from dataclasses import dataclass

import numpy as np

from stockcast_lib.forecasting.posterior import Array

_STEPS_A_COEFFICIENT = 10
_SLACK = 1e-9  # of the penalty
_ROUNDING = 1e-12  # of the greatest gradient
_RIDGE = 1e-14  # of each column's own square


@dataclass(frozen=True)
class LassoPath:
    """The solutions at every penalty, which are linear between knots.

    Attributes:
        penalties: at the knots, descending; at the first all coefficients are zero.
        coefficients: at the knots, shape (coefficients, knots).
    """

    penalties: Array
    coefficients: Array


def lasso_path(gram: Array, cross: Array) -> LassoPath:
    """All solutions by least-angle regression.

    Args:
        gram: `A`, positive semidefinite, shape (coefficients, coefficients).
        cross: `b`, shape (coefficients,).

    Returns:
        The path down to a penalty of zero, or to where rounding ends it.

    Source:
        Efron, Hastie, Johnstone and Tibshirani, "Least angle regression", The Annals of
        Statistics, 2004.
    """
    # It takes a second to import, which a fit by Stan need not wait for.
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import lars_path_gram

    if not cross.any():
        return LassoPath(np.zeros(1), np.zeros((len(cross), 1)))
    # Its tolerances are absolute: it is given a problem of size 1.
    size, height = gram.diagonal().max(), np.abs(cross).max()
    with warnings.catch_warnings():
        # Rounding may end the path; `solve_lasso` goes on from there.
        warnings.simplefilter("ignore", ConvergenceWarning)
        penalties, _, coefficients = lars_path_gram(
            cross / height, gram / size, n_samples=1, method="lasso"
        )
    return LassoPath(penalties * height, coefficients * (height / size))


def solve_lasso(gram: Array, cross: Array, penalty: float, start: Array) -> Array:
    """The solution at one penalty, by an active-set method.

    Every step solves for the coefficients that are not zero, with their signs as they are. One
    that would change its sign on the way is stopped at zero and left out; if none would, the
    zero coefficient whose gradient passes the penalty furthest comes in. Each step lowers the
    objective, so no set of signs comes back and the end is exact.

    Args:
        gram: `A`, as for `lasso_path`.
        cross: `b`.
        penalty: positive.
        start: a solution nearby, whose signs are tried first; zeros will do.

    Returns:
        The coefficients. Columns that depend on each other are told apart by a ridge at the level
        of rounding; should rounding keep the method from ending, a number of steps does.
    """
    gram = gram + np.diag(_RIDGE * gram.diagonal())
    delta, signs = start.copy(), np.sign(start)
    slack = penalty * (1 + _SLACK) + _ROUNDING * np.abs(cross).max(initial=0.0)
    for _ in range(_STEPS_A_COEFFICIENT * (len(delta) + 1)):
        target = _with_signs(gram, cross, penalty, signs)
        reversed_ = np.flatnonzero(target * signs < 0)
        if len(reversed_):
            shares = delta[reversed_] / (delta[reversed_] - target[reversed_])
            first = reversed_[shares.argmin()]
            delta = delta + shares.min() * (target - delta)
            delta[first] = signs[first] = 0.0
            continue
        delta = target
        gradient = np.where(signs == 0, cross - gram @ delta, 0.0)
        if np.abs(gradient).max(initial=0.0) <= slack:
            break
        worst = np.abs(gradient).argmax()
        signs[worst] = np.sign(gradient[worst])
    return delta


def _with_signs(gram: Array, cross: Array, penalty: float, signs: Array) -> Array:
    active = np.flatnonzero(signs)
    target = np.zeros_like(signs)
    right = cross[active] - penalty * signs[active]
    target[active] = np.linalg.solve(gram[np.ix_(active, active)], right)
    return target
