import numpy as np
import pytest

from stockcast_lib.core.errors import InvalidRequest
from stockcast_lib.forecasting.studies.trading import running_profit, trades

CLOSES = np.array([100.0, 110.0, 99.0, 108.0])


def _held(*sessions):
    return np.array(sessions, dtype=bool)


def test_only_sessions_on_which_shares_are_held_count():
    assert running_profit(CLOSES, _held(1, 0, 1), 2, 0).tolist() == [20, 20, 38]


def test_holding_throughout_gains_the_whole_change_less_two_trades():
    profit = running_profit(CLOSES, _held(1, 1, 1), 1, 100)
    assert profit.tolist() == pytest.approx([10 - 1, -1 - 1, 8 - 1 - 1.08])


def test_each_purchase_and_each_sale_costs_at_its_own_close():
    profit = running_profit(CLOSES, _held(0, 1, 0), 1, 100)
    assert profit.tolist() == pytest.approx([0, -11 - 1.1, -11 - 1.1 - 0.99])


def test_trades_are_counted_at_closes_the_last_sale_too():
    assert trades(_held(0, 1, 1)).tolist() == [0, 1, 0, 1]
    assert trades(_held(0, 0, 0)).sum() == 0


def test_who_never_holds_has_neither_profit_nor_costs():
    assert running_profit(CLOSES, _held(0, 0, 0), 5, 100).tolist() == [0, 0, 0]


@pytest.mark.parametrize("cost", [-1, float("nan"), float("inf")])
def test_costs_out_of_their_range_are_refused(cost):
    with pytest.raises(InvalidRequest, match="trading cost"):
        running_profit(CLOSES, _held(1, 1, 1), 1, cost)
