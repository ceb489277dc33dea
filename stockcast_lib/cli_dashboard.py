"""The `stockcast dashboard` command."""

import os
from typing import Annotated

import typer

_Host = Annotated[
    str | None,
    typer.Option("--host", help="Where to listen; by default STOCKCAST_DASHBOARD_HOST."),
]
_Port = Annotated[int, typer.Option("--port", min=1, max=65535, help="Port to listen on.")]


def dashboard(host: _Host = None, port: _Port = 8866) -> None:
    """Serve the dashboard alone, of a service that runs elsewhere, until SIGTERM."""
    from stockcast_lib.dashboard.server.command import dashboard_environment
    from stockcast_lib.settings import DashboardSettings, NotebookSettings, child_environment
    from stockcast_lib.stack.dashboard import dashboard_argv

    host = host or DashboardSettings.read().dashboard_host
    argv = dashboard_argv(NotebookSettings.read().notebooks_dir, host, port)
    environment = child_environment({})
    # In this process's place, so that signals reach the server itself.
    os.execve(argv[0], argv, environment | dashboard_environment(environment))  # noqa: S606  # nosec B606
