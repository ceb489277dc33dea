"""The project's own servers, as children of the stack."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from stockcast_lib.core.errors import BadSettings
from stockcast_lib.core.jobs import Stage
from stockcast_lib.stack.network import LOOPBACK, accepts, answers_ok
from stockcast_lib.stack.quick import quick
from stockcast_lib.stack.supervisor import Child


@dataclass(frozen=True)
class Ports:
    """Where each server listens; no dashboard if it has none."""

    ingest: int
    forecast: int
    gateway: int
    dashboard: int | None

    def environment(self) -> dict[str, str]:
        """What tells the servers, and their clients, these ports."""
        environment = {
            "STOCKCAST_INGEST_ADDRESS": f"{LOOPBACK}:{self.ingest}",
            "STOCKCAST_FORECAST_ADDRESS": f"{LOOPBACK}:{self.forecast}",
            "STOCKCAST_GATEWAY_HOST": LOOPBACK,
            "STOCKCAST_GATEWAY_PORT": str(self.gateway),
            "STOCKCAST_GATEWAY_URL": f"http://{LOOPBACK}:{self.gateway}",
        }
        if self.dashboard is not None:
            environment["STOCKCAST_DASHBOARD_URL"] = f"http://{LOOPBACK}:{self.dashboard}"
        return environment


def server_children(
    ports: Ports, workers: int, notebooks: Path, env: Mapping[str, str]
) -> list[Child]:
    """Workers of both stages, the gateway and the dashboard.

    Raises:
        BadSettings: the dashboard's notebook is not there.
    """
    children = [
        *_worker_children(Stage.INGEST, ports.ingest, workers, env),
        *_worker_children(Stage.FORECAST, ports.forecast, workers, env),
        Child(
            name="gateway",
            argv=quick([sys.executable, "-m", "server.gateway"]),
            env=env,
            ready=lambda: answers_ok(ports.gateway, "/readyz"),
        ),
    ]
    if ports.dashboard is not None:
        children.append(_dashboard_child(ports.dashboard, notebooks / "dashboard.ipynb", env))
    return children


def _worker_children(stage: Stage, port: int, count: int, env: Mapping[str, str]) -> list[Child]:
    # Workers of a stage share its port: the kernel spreads the connections.
    shared = ["--reuse-port"] if count > 1 else []
    command = [sys.executable, "-m", "server.worker", "--stage", str(stage), *shared]
    return [
        Child(
            name=f"{stage}-worker" + (f"-{number}" if count > 1 else ""),
            argv=quick(command),
            env=env,
            ready=lambda: accepts(port),
        )
        for number in range(1, count + 1)
    ]


def _dashboard_child(port: int, notebook: Path, env: Mapping[str, str]) -> Child:
    from stockcast_lib.dashboard import voila_server  # brings widgets and charts with it

    if not notebook.is_file():
        raise BadSettings(
            f"{notebook} is missing: set STOCKCAST_NOTEBOOKS_DIR to the folder of the"
            " notebooks, or use --no-dashboard."
        )
    return Child(
        name="dashboard",
        argv=quick(voila_server.voila_command(notebook, port)),
        env={**env, **voila_server.voila_environment(env)},
        ready=lambda: answers_ok(port, f"/{voila_server.PROBE_PATH}"),
    )
