"""`python -m stockcast_lib.dashboard.server NOTEBOOK --port P`: see `command` for the rest."""

import sys

from stockcast_lib.core.errors import StockcastError
from stockcast_lib.dashboard.server.app import DashboardApp
from stockcast_lib.logs import configure_logs

if __name__ == "__main__":
    configure_logs()
    try:
        DashboardApp.launch_instance()
    except StockcastError as error:
        sys.exit(f"dashboard: {error.message}")
