"""`stockcast up`: the whole service on this machine."""

import getpass
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from stockcast_lib.core.errors import BadSettings
from stockcast_lib.core.tokens import Right, TokenHolder, token_digest
from stockcast_lib.settings import (
    AccessSettings,
    NotebookSettings,
    VendorSettings,
    check_outer_settings,
)
from stockcast_lib.stack.credentials import stored_credentials
from stockcast_lib.stack.data_folder import announced
from stockcast_lib.stack.network import free_ports, require_free
from stockcast_lib.stack.running import Running, running
from stockcast_lib.stack.servers import Ports, server_children
from stockcast_lib.stack.stores import (
    prepared_stores,
    redis_role_urls,
    server_environment,
    stack_room,
)

_NOBODY = "local"
READY_LINE = "stockcast: ready"


@dataclass(frozen=True)
class UpOptions:
    """What `stockcast up` was asked for; `port` is None without a dashboard."""

    port: int | None = 8866
    api_port: int = 8000
    data_dir: Path = Path(".stockcast")
    workers: int = 1


def run_stack(options: UpOptions) -> None:
    """Run everything until SIGINT, SIGTERM or SIGHUP. Call it from the main thread.

    Raises:
        BadSettings: something must be changed before it can start.
        StackFailed: a part did not start.
    """
    lacking = stack_room(options.data_dir).lacking()
    if lacking is not None:
        raise BadSettings(lacking)
    with running(options.data_dir) as parts:
        _run(parts, _ports(options), options.workers)


def _ports(options: UpOptions) -> Ports:
    gateway = options.api_port or free_ports(1)[0]
    require_free(gateway, "the gateway", "--api-port")
    dashboard = None
    if options.port is not None:
        dashboard = options.port or free_ports(1)[0]
        if dashboard == gateway:
            raise BadSettings(f"Port {gateway} is asked for twice: change --port or --api-port.")
        require_free(dashboard, "the dashboard", "--port")
    ingest, forecast = free_ports(2)
    return Ports(ingest, forecast, gateway, dashboard)


def _run(parts: Running, ports: Ports, workers: int) -> None:
    check_outer_settings()
    market = VendorSettings.read_outer().announced()
    stores, environment = prepared_stores(parts.folder)
    environment = {**environment, **ports.environment(), **market}
    holder, token = _own_holder(parts.folder)
    # Made before anything starts: a missing part is told at once.
    servers = server_children(
        ports,
        workers,
        NotebookSettings.read().notebooks_dir,
        server_environment({**environment, **holder}),
        redis_role_urls(parts.folder, environment),
    )
    if not (parts.start(stores) and parts.start(servers)):
        return
    with announced(parts.folder, {**environment, **token}):
        _tell(environment)
        parts.supervisor.watch()
    parts.console.print("Stopping.")


def _own_holder(folder: Path) -> tuple[dict[str, str], dict[str, str]]:
    """For the servers, who may call: besides whom a setting names, this user; and their token.

    The servers are told only its hash.
    """
    token = stored_credentials(folder).gateway_token
    this_user = TokenHolder(_user_name(), frozenset({Right.ADMIN}), token_digest(token))
    others = AccessSettings.read_outer().tokens.get_secret_value()
    holders = ",".join(filter(None, (others, str(this_user))))
    return {"STOCKCAST_TOKENS": holders}, {"STOCKCAST_GATEWAY_TOKEN": token}


def _user_name() -> str:
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        return _NOBODY
    return name if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", name) else _NOBODY


def _tell(environment: Mapping[str, str]) -> None:
    faces = (("Dashboard", "STOCKCAST_DASHBOARD_URL"), ("API", "STOCKCAST_GATEWAY_URL"))
    for face, name in faces:
        if name in environment:
            sys.stdout.write(f"{face + ':':<11}{environment[name]}/\n")
    sys.stdout.write(f"{READY_LINE}\n")
    sys.stdout.flush()
