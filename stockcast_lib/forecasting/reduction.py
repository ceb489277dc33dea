"""The model's least squares with its smooth part eliminated: what is left is a lasso.

Of the parameters only the rate changes delta have an absolute-value prior; rate, offset and
seasonal coefficients have normal ones. Given sigma, those solve a ridge regression on whatever
delta leaves over, so they can be eliminated (a Schur complement). The ridge's weight is sigma^2,
so the elimination depends on sigma; one QR and one SVD make it cheap for every sigma.
"""

from functools import cache

import numpy as np
from threadpoolctl import ThreadpoolController

from stockcast_lib.forecasting.posterior import TREND_PRIOR_SCALE, Array, Design, hinges


class ReducedDesign:
    """A design in a few rows, exact for every variance.

    The columns [S | H | y], with each smooth column in S times its coefficient's prior scale, are
    replaced by their triangular factor: no sum of squares changes. It has no more rows than
    columns, and unlike the Gram matrix it keeps residuals far below the rounding of y^2.

    Attributes:
        rows: of the design, not of this.
        changepoints: how many delta there are.
    """

    def __init__(self, design: Design) -> None:
        self.rows, self.changepoints = len(design.y), len(design.changepoints)
        self._scales = np.concatenate([[TREND_PRIOR_SCALE] * 2, design.beta_scales])
        smooth = np.column_stack([design.t, np.ones_like(design.t), design.features])
        smooth *= self._scales
        rest = [hinges(design.t, design.changepoints), design.y]
        factor = _triangular_factor(np.column_stack([smooth, *rest]))
        size = len(self._scales)
        left, self._singular, self._right = np.linalg.svd(factor[:size, :size], full_matrices=False)
        # The smooth columns' own directions, and the rows that they do not reach.
        self._within, self._beyond = left.T @ factor[:size, size:], factor[size:, size:]

    def lasso(self, variance: float) -> tuple[Array, Array]:
        """Gram matrix and cross products of the lasso in delta at one variance.

        Returns:
            `A` of shape (changepoints, changepoints) and `b` of shape (changepoints,): with the
            smooth coefficients at their best, the squares are `delta'A delta - 2 b'delta` and a
            constant, of residuals and ridge penalty together.
        """
        kept = np.sqrt(self._left_over(variance))
        whole = np.concatenate([kept[:, None] * self._within, self._beyond])
        gram = whole.T @ whole
        return gram[:-1, :-1], gram[:-1, -1]

    def squares(self, variance: float, deltas: Array) -> Array:
        """Sums of squared residuals with the smooth coefficients at their best.

        Args:
            variance: the ridge's weight.
            deltas: shape (changepoints, sums).

        Returns:
            Shape (sums,).
        """
        within, beyond = self._residuals(deltas)
        kept = self._left_over(variance)[:, None] * within
        return np.asarray((kept**2).sum(axis=0) + (beyond**2).sum(axis=0))

    def smooth_coefficients(self, variance: float, delta: Array) -> Array:
        """Rate k, offset m and beta that are best for a delta, shape (2 + terms,)."""
        within, _ = self._residuals(delta[:, None])
        directions = self._singular / (self._singular**2 + variance) * within[:, 0]
        return np.asarray(self._scales * (self._right.T @ directions))

    def _left_over(self, variance: float) -> Array:
        """The share that the ridge leaves unexplained of each direction of the smooth columns."""
        return np.asarray(variance / (self._singular**2 + variance))

    def _residuals(self, deltas: Array) -> tuple[Array, Array]:
        """What deltas leave of y, in the smooth columns' directions and beyond them."""
        within, beyond = (
            part[:, -1:] - part[:, :-1] @ deltas for part in (self._within, self._beyond)
        )
        return within, beyond


@cache
def _thread_pools() -> ThreadpoolController:
    return ThreadpoolController()


def _triangular_factor(columns: Array) -> Array:
    # A second thread gains nothing here, and waits for its turn where other programs are busy.
    with _thread_pools().limit(limits=1, user_api="blas"):
        return np.asarray(np.linalg.qr(columns, mode="r"))
