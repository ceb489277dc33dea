"""`python -m stockcast_lib.dashboard.server NOTEBOOK --port P`: see `command` for the rest."""

from stockcast_lib.dashboard.server.app import DashboardApp
from stockcast_lib.logs import configure_logs

if __name__ == "__main__":
    configure_logs()
    DashboardApp.launch_instance()
