"""The command of the dashboard's server, by the settings."""

from importlib.util import find_spec
from pathlib import Path

from stockcast_lib.core.errors import BadSettings
from stockcast_lib.dashboard.server.command import Seats, dashboard_command
from stockcast_lib.settings import ConnectionSettings, DashboardSettings


def dashboard_argv(notebooks: Path, host: str, port: int) -> list[str]:
    """What serves the dashboard's notebook, and takes SIGTERM.

    Raises:
        BadSettings: the notebook is not there, Voilà is not installed, or a setting is wrong.
    """
    notebook = notebooks / "dashboard.ipynb"
    if not notebook.is_file():
        raise BadSettings(
            f"{notebook} is missing: set STOCKCAST_NOTEBOOKS_DIR to the folder of the"
            " notebooks, or do without the dashboard (`stockcast up --no-dashboard`)."
        )
    if find_spec("voila") is None:
        raise BadSettings(
            "The dashboard is not installed: install stockcast[dashboard], or do without it"
            " (`stockcast up --no-dashboard`)."
        )
    settings, limits = DashboardSettings.read(), ConnectionSettings.read()
    command = dashboard_command(notebook, port, Seats(settings.dashboard_sessions), host)
    options = {
        "unused_seconds": f"{settings.dashboard_unused_seconds:g}",
        "connections": limits.connections,
        "connections_per_peer": limits.connections_per_peer,
    }
    return [*command, *(f"--DashboardApp.{name}={value}" for name, value in options.items())]
