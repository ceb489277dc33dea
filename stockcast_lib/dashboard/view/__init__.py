"""The dashboard's widgets: they show the model and pass on what is typed, chosen and clicked."""

from stockcast_lib.dashboard.view.page import DashboardView

__all__ = ["DashboardView"]
