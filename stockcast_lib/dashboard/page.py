"""The page that `notebooks/dashboard.ipynb` displays."""

from stockcast_lib.dashboard.model import DashboardModel, Forecasts
from stockcast_lib.dashboard.model.backtest import MakeFits
from stockcast_lib.dashboard.view import DashboardView


def dashboard(service: Forecasts, origin_fits: MakeFits, unused_seconds: float) -> DashboardView:
    """The page for a forecast service; make it the last value of a cell.

    It asks the service for nothing before there is a visitor, so that it can be made beforehand.
    What the visitor wants is in the address, which the browser tells.

    Args:
        service: what it asks for forecasts.
        origin_fits: the model at past origins, from prices and a configuration.
        unused_seconds: after which the server takes the kernel of a page that nobody uses.
    """
    return DashboardView(DashboardModel(service, origin_fits), unused_seconds)
