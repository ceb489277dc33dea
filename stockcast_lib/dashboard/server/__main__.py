"""`python -m stockcast_lib.dashboard.server NOTEBOOK --port P`: see `command` for the rest."""

from stockcast_lib.dashboard.server.app import DashboardApp

if __name__ == "__main__":
    DashboardApp.launch_instance()
