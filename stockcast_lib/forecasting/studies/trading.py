"""The profit of holding shares on some sessions and not on others."""

import math

import numpy as np
import numpy.typing as npt

from stockcast_lib.core.errors import InvalidRequest
from stockcast_lib.forecasting.posterior import Array

_BASIS_POINTS = 10_000.0


def running_profit(
    closes: Array, held: npt.NDArray[np.bool_], shares: float, cost_basis_points: float
) -> Array:
    """The profit so far, less the costs of trading, in the closes' currency.

    A session's position is taken at the close before it. Shares held on the last session are sold
    at its close. Every purchase and every sale costs its share of the traded value.

    Args:
        closes: shape (sessions + 1,); the first is the close before the first session.
        held: shape (sessions,).
        shares: the same number whenever they are held.
        cost_basis_points: of the traded value, for each purchase and each sale.

    Returns:
        Shape (sessions,).

    Raises:
        InvalidRequest: the cost is negative or not finite.
    """
    if not (cost_basis_points >= 0 and math.isfinite(cost_basis_points)):
        raise InvalidRequest(
            f"The trading cost must be zero or more basis points, not {cost_basis_points:g}.",
            fields=[],
        )
    gains = np.where(held, np.diff(closes), 0.0)
    costs = trades(held) * closes * cost_basis_points / _BASIS_POINTS
    # A trade at the close before a session belongs to that session, the last sale to the last.
    of_session = costs[:-1].copy()
    of_session[-1] += costs[-1]
    return np.asarray(shares * np.cumsum(gains - of_session))


def trades(held: npt.NDArray[np.bool_]) -> npt.NDArray[np.int_]:
    """Purchases and sales at each close, 0 or 1, shape (sessions + 1,)."""
    return np.abs(np.diff(held.astype(int), prepend=0, append=0))
