"""`stockcast up`: the whole service on this machine."""

import contextlib
import getpass
import re
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from stockcast_lib.core.errors import BadSettings, StackFailed
from stockcast_lib.core.tokens import Right, TokenHolder, token_digest
from stockcast_lib.settings import (
    ModelSettings,
    NotebookSettings,
    VendorSettings,
    check_outer_settings,
    outer_environment,
)
from stockcast_lib.stack import embedded, processes
from stockcast_lib.stack.credentials import stored_credentials
from stockcast_lib.stack.data_folder import announced, forget_announcement, locked_folder
from stockcast_lib.stack.network import LOOPBACK, free_ports, require_free
from stockcast_lib.stack.probes import FAR_SECONDS, REGION, redis_probe, s3_probe
from stockcast_lib.stack.servers import Ports, server_children
from stockcast_lib.stack.supervisor import Child, Supervisor
from stockcast_lib.stack.waiting import told_wait

_NOBODY = "local"
READY_LINE = "stockcast: ready"
_REDIS_URL = "STOCKCAST_REDIS_URL"
_S3_URL = "STOCKCAST_S3_ENDPOINT_URL"
_BUCKET = "STOCKCAST_S3_BUCKET"
_STORE_NAMES = (
    _S3_URL, _BUCKET, "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN", "AWS_DEFAULT_REGION",
)  # fmt: skip
# With the embedded S3 these would make a client sign as somebody else.
_FOREIGN_AWS = (
    "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_REGION", "AWS_ROLE_ARN",
    "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3",
)  # fmt: skip


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
    with locked_folder(options.data_dir) as folder:
        forget_announcement(folder)
        ports = _ports(options)
        processes.adopt_orphans()
        console = Console(stderr=True, soft_wrap=True, markup=False, highlight=False)
        supervisor = Supervisor(folder / "logs", console.print, adopts=True)
        with _stopped_by_signals(supervisor):
            try:
                _run(folder, ports, options.workers, supervisor, console)
            finally:
                supervisor.stop()


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


def _run(
    folder: Path, ports: Ports, workers: int, supervisor: Supervisor, console: Console
) -> None:
    check_outer_settings()
    market = VendorSettings.read_outer().announced()
    stores, environment = _stores(folder)
    environment = {**environment, **ports.environment(), **market}
    holder, token = _own_holder(folder)
    # Made before anything starts: a missing part is told at once.
    servers = server_children(
        ports,
        workers,
        NotebookSettings.read().notebooks_dir,
        _server_environment({**environment, **holder}),
    )
    for wave in (stores, servers):
        _start(wave, supervisor, console)
        if supervisor.stop_requested:
            return
    with announced(folder, {**environment, **token}):
        _tell(environment)
        supervisor.watch()
    console.print("Stopping.")


def _stores(folder: Path) -> tuple[list[Child], dict[str, str]]:
    """What must be started, and how clients reach Redis and S3."""
    outer = outer_environment()
    credentials = stored_credentials(folder)
    redis_port, s3_port, reading_port = free_ports(3)
    children = []
    environment = {"STOCKCAST_FRAME_KEY": outer.get("STOCKCAST_FRAME_KEY") or credentials.frame_key}
    if outer.get(_REDIS_URL):
        environment[_REDIS_URL] = outer[_REDIS_URL]
        _require(redis_probe(outer[_REDIS_URL], FAR_SECONDS), f"The Redis of {_REDIS_URL}")
    else:
        environment[_REDIS_URL] = embedded.redis_url(redis_port, credentials)
        children.append(embedded.redis_child(folder, redis_port, credentials))
    if outer.get(_S3_URL):
        own = {name: outer[name] for name in _STORE_NAMES if name in outer}
        own = {_BUCKET: embedded.BUCKET, "AWS_DEFAULT_REGION": REGION, **own}
        environment |= own
        _require(s3_probe(own, FAR_SECONDS), f"The bucket {own[_BUCKET]} at {_S3_URL}")
    else:
        environment |= embedded.s3_environment(s3_port, credentials)
        environment |= embedded.reading_environment(reading_port, credentials)
        children.append(embedded.s3_child(folder, s3_port, credentials))
        children.append(embedded.reading_s3_child(folder, reading_port, credentials))
    return children, environment


def _own_holder(folder: Path) -> tuple[dict[str, str], dict[str, str]]:
    """For the gateway, who may publish: besides whom a setting names, this user; and their token.

    The servers are told only its hash.
    """
    token = stored_credentials(folder).gateway_token
    this_user = TokenHolder(_user_name(), frozenset(Right), token_digest(token))
    others = ModelSettings.read_outer().tokens.get_secret_value()
    holders = ",".join(filter(None, (others, str(this_user))))
    return {"STOCKCAST_TOKENS": holders}, {"STOCKCAST_GATEWAY_TOKEN": token}


def _user_name() -> str:
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        return _NOBODY
    return name if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", name) else _NOBODY


def _require(probe: Callable[[], bool], what: str) -> None:
    if not probe():
        raise StackFailed(
            f"{what} does not answer: start it and check its address and keys, or unset the"
            " variable to use the embedded one."
        )


def _server_environment(environment: Mapping[str, str]) -> dict[str, str]:
    outer = outer_environment()
    if not outer.get(_S3_URL):
        outer = {name: value for name, value in outer.items() if name not in _FOREIGN_AWS}
    near = f"{LOOPBACK},localhost"
    skipped = outer.get("no_proxy") or outer.get("NO_PROXY")
    no_proxy = f"{skipped},{near}" if skipped else near
    return {
        **outer,
        **environment,
        "STOCKCAST_ENV_FILES": "off",
        # A proxy for the way out must not be asked for what is here.
        "no_proxy": no_proxy,
        "NO_PROXY": no_proxy,
        "PYTHONUNBUFFERED": "1",
        # Time enough to give a job back before the worker is killed (`Child.grace`).
        "STOCKCAST_GRACE_SECONDS": "4",
    }


def _start(children: Sequence[Child], supervisor: Supervisor, console: Console) -> None:
    if not children:
        return
    console.print(f"Starting {', '.join(child.name for child in children)}")
    with told_wait(console) as tell:
        supervisor.start(children, tell)


def _tell(environment: Mapping[str, str]) -> None:
    faces = (("Dashboard", "STOCKCAST_DASHBOARD_URL"), ("API", "STOCKCAST_GATEWAY_URL"))
    for face, name in faces:
        if name in environment:
            sys.stdout.write(f"{face + ':':<11}{environment[name]}/\n")
    sys.stdout.write(f"{READY_LINE}\n")
    sys.stdout.flush()


@contextlib.contextmanager
def _stopped_by_signals(supervisor: Supervisor) -> Iterator[None]:
    def request_stop(_number: int, _frame: object) -> None:
        supervisor.stop_requested = True

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    previous = {number: signal.signal(number, request_stop) for number in numbers}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
