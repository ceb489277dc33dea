"""The dashboard's state, without widgets: all that the page shows can be had without a browser."""

from stockcast_lib.dashboard.model.asking import Ask
from stockcast_lib.dashboard.model.charting import ChartModel
from stockcast_lib.dashboard.model.dashboard import DashboardModel
from stockcast_lib.dashboard.model.run import Run
from stockcast_lib.dashboard.model.service import Forecasts

__all__ = ["Ask", "ChartModel", "DashboardModel", "Forecasts", "Run"]
