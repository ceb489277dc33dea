"""The studies of a forecast, and their widgets."""

import pytest

from stockcast_lib.dashboard.model.studies import StudiesModel
from stockcast_lib.dashboard.view.studies import StudiesView
from tests.dashboard.studies.played_prices import ENGLISH, Prices, run, settled


@pytest.fixture
def prices():
    return Prices()


@pytest.fixture
def model(prices):
    made = StudiesModel(prices)
    made.study = "history"
    yield made
    prices.gate.set()


@pytest.fixture
def opened(model):
    model.show(run(), ENGLISH)
    settled(model)
    return model


@pytest.fixture
def view(model):
    return StudiesView(model)
