"""Where dates and prices lie, and where the ticks are."""

import numpy as np
import pandas as pd
import pytest

from stockcast_lib.charts.plot_area import PlotArea

BOX = (90.0, 101.0, 1170.0, 551.0)


def area(prices, *, days=None, log=False):
    dates = pd.bdate_range("2016-03-01", periods=days or len(prices)).to_numpy()
    return PlotArea.around(BOX, dates, np.asarray(prices, dtype=float), log=log)


@pytest.mark.parametrize("log", [False, True])
def test_all_prices_lie_within_with_room_above_and_below(log):
    prices = np.geomspace(2.0, 900.0, 300)
    y = area(prices, log=log).y(prices)
    assert BOX[1] + 10 < y.min() < y.max() < BOX[3] - 10
    assert (np.diff(y) > 0).all()


def test_equal_ratios_are_equally_high_on_a_logarithmic_axis():
    y = area([1.0, 1_000.0], log=True).y([1.0, 10.0, 100.0, 1_000.0])
    assert np.diff(y) == pytest.approx(np.diff(y)[0])


def test_price_ticks_are_round_and_where_their_prices_are():
    plot = area(np.linspace(88.0, 161.0, 50))
    for y, label in plot.price_ticks():
        assert float(label) % 10 == 0
        assert y == pytest.approx(float(plot.y(float(label))))
    assert 4 <= len(plot.price_ticks()) <= 10


@pytest.mark.parametrize(
    ("lowest", "highest", "shown", "left_out"),
    [(60.0, 2_900.0, {"100", "200", "500", "1,000"}, {"300"}), (0.01, 1e6, {"1"}, {"2", "5"})],
)
def test_few_powers_of_ten_are_helped_by_twice_and_five_times(lowest, highest, shown, left_out):
    labels = {label for _, label in area([lowest, highest], log=True).price_ticks()}
    assert labels >= shown
    assert not labels & left_out


@pytest.mark.parametrize("days", [2, 30, 260, 2_600, 9_000])
def test_date_ticks_lie_within_and_are_few_enough_to_be_read(days):
    ticks, common = area([1.0, 2.0], days=days).date_ticks()
    assert 1 <= len(ticks) <= 14
    assert all(BOX[0] <= x <= BOX[2] and label for x, label in ticks)
    assert common.startswith("2016") == (days < 260)


def test_a_price_that_never_moves_has_an_axis():
    plot = area([5.0, 5.0])
    assert plot.y([5.0])[0] == pytest.approx((BOX[1] + BOX[3]) / 2)
    assert plot.price_ticks()
