"""The project's own servers, as children of the stack."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from stockcast_lib.adapters.redis_users import RedisRole
from stockcast_lib.core.jobs import Stage
from stockcast_lib.dashboard.server.command import READY_PATH, dashboard_environment
from stockcast_lib.stack.dashboard import dashboard_argv
from stockcast_lib.stack.network import LOOPBACK, accepts, answers_ok
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
            **stage_addresses({Stage.INGEST: self.ingest, Stage.FORECAST: self.forecast}),
            "STOCKCAST_GATEWAY_HOST": LOOPBACK,
            "STOCKCAST_GATEWAY_PORT": str(self.gateway),
            "STOCKCAST_GATEWAY_URL": f"http://{LOOPBACK}:{self.gateway}",
        }
        if self.dashboard is not None:
            environment["STOCKCAST_DASHBOARD_URL"] = f"http://{LOOPBACK}:{self.dashboard}"
        return environment


def stage_addresses(ports: Mapping[Stage, int]) -> dict[str, str]:
    """What tells servers and clients where the workers of each stage are."""
    return {f"STOCKCAST_{stage.upper()}_ADDRESS": f"{LOOPBACK}:{ports[stage]}" for stage in ports}


def server_children(
    ports: Ports,
    workers: int,
    notebooks: Path,
    env: Mapping[str, str],
    redis_urls: Mapping[RedisRole, str] = MappingProxyType({}),
) -> list[Child]:
    """Workers of both stages, the gateway and the dashboard.

    Args:
        ports: where they listen.
        workers: how many of each stage.
        notebooks: the folder.
        env: of all of them.
        redis_urls: how each reaches Redis, where not all do as `env` says.

    Raises:
        BadSettings: the dashboard's notebook or server is not there, or its setting is wrong.
    """

    def env_of(role: RedisRole) -> Mapping[str, str]:
        return {**env, "STOCKCAST_REDIS_URL": redis_urls[role]} if role in redis_urls else env

    children = [
        *_worker_children(Stage.INGEST, ports.ingest, workers, env_of(RedisRole.INGEST)),
        *_worker_children(Stage.FORECAST, ports.forecast, workers, env_of(RedisRole.FORECAST)),
        Child(
            name="gateway",
            argv=[sys.executable, "-m", "server.gateway"],
            env=env_of(RedisRole.GATEWAY),
            ready=lambda: answers_ok(ports.gateway, "/readyz"),
        ),
    ]
    if ports.dashboard is not None:
        children.append(_dashboard_child(ports.dashboard, notebooks, env_of(RedisRole.DASHBOARD)))
    return children


def _worker_children(stage: Stage, port: int, count: int, env: Mapping[str, str]) -> list[Child]:
    # Workers of a stage share its port: the kernel spreads the connections.
    shared = count > 1
    names = [f"{stage}-worker" + (f"-{number + 1}" if shared else "") for number in range(count)]
    return [worker_child(name, {stage: port}, env, shared=shared) for name in names]


def worker_child(
    name: str, ports: Mapping[Stage, int], env: Mapping[str, str], *, shared: bool = False
) -> Child:
    """A worker of one stage or of several.

    Args:
        name: see `Child`.
        ports: of its stages.
        env: of the stack's servers.
        shared: whether others listen on the ports, too.
    """
    stages = [word for stage in ports for word in ("--stage", str(stage))]
    command = [sys.executable, "-m", "server.worker", *stages]
    return Child(
        name=name,
        argv=[*command, "--reuse-port"] if shared else command,
        # Of one health port only the first worker could have it.
        env={**env, "STOCKCAST_HEALTH_PORT": "0", "STOCKCAST_LISTEN_HOST": LOOPBACK},
        ready=lambda: all(map(accepts, ports.values())),
    )


def _dashboard_child(port: int, notebooks: Path, env: Mapping[str, str]) -> Child:
    return Child(
        name="dashboard",
        argv=dashboard_argv(notebooks, LOOPBACK, port),
        env={**env, **dashboard_environment(env)},
        ready=lambda: answers_ok(port, f"/{READY_PATH}"),
    )
