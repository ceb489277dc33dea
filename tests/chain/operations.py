"""The servers as an operator has them: each with its health port, and its log in a file."""

import dataclasses
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from stockcast_lib.core.tokens import Right, TokenHolder, new_token, token_digest
from stockcast_lib.stack import embedded
from stockcast_lib.stack.credentials import Credentials, stored_credentials
from stockcast_lib.stack.network import answers_ok, free_ports
from stockcast_lib.stack.supervisor import Child, Supervisor
from tests.scraping import scraped
from tests.servers import REPOSITORY, clean_environment
from tests.watching import watched

STAGES = ("ingest", "forecast")


@dataclasses.dataclass(frozen=True)
class Operated:
    """Running servers.

    Attributes:
        urls: where each tells how it is, by name.
        folder: of the logs, and of what the stores hold.
        secrets: all that nobody may be told, by what they are.
    """

    urls: Mapping[str, str]
    folder: Path
    secrets: Mapping[str, str]

    @property
    def api(self) -> str:
        return self.urls["gateway"]

    def log(self, name: str) -> str:
        return (self.folder / "logs" / f"{name}.log").read_text(encoding="utf-8")

    def samples(self, name: str) -> dict:
        return scraped(self.urls[name])


@contextmanager
def operated(folder: Path, **variables: str) -> Iterator[Operated]:
    """Redis, S3, one worker a stage and the gateway."""
    folder.mkdir(exist_ok=True)
    credentials, token = stored_credentials(folder), new_token()
    ports = dict(zip(("redis", "s3", "gateway", *STAGES, "i", "f"), free_ports(7), strict=True))
    health = {"ingest": ports["i"], "forecast": ports["f"], "gateway": ports["gateway"]}
    holder = TokenHolder("operator", frozenset(Right), token_digest(token))
    environment = {
        **clean_environment(),
        "STOCKCAST_ENV_FILES": "off",
        "STOCKCAST_REDIS_URL": embedded.redis_url(ports["redis"], credentials),
        **embedded.s3_environment(ports["s3"], credentials),
        "STOCKCAST_FRAME_KEY": credentials.frame_key,
        "STOCKCAST_TOKENS": str(holder),
        **{f"STOCKCAST_{s.upper()}_ADDRESS": f"127.0.0.1:{ports[s]}" for s in STAGES},
        "STOCKCAST_GATEWAY_PORT": str(ports["gateway"]),
        **variables,
    }
    stores = [
        embedded.redis_child(folder, ports["redis"], credentials),
        embedded.s3_child(folder, ports["s3"], credentials),
    ]
    servers = [_server(name, environment, health[name]) for name in (*STAGES, "gateway")]
    supervisor = Supervisor(folder / "logs", print)
    try:
        supervisor.start(stores)
        supervisor.start(servers)
        urls = {name: f"http://127.0.0.1:{port}" for name, port in health.items()}
        with watched(urls["gateway"]) as api:
            secrets = {**_secrets(credentials, variables), "token": token}
            yield Operated({**urls, "gateway": api}, folder, secrets)
    finally:
        supervisor.stop()


def _server(name, environment, health):
    own = {"STOCKCAST_HEALTH_PORT": str(health)} if name in STAGES else {}
    module = ["server.worker", "--stage", name] if name in STAGES else ["server.gateway"]
    return Child(
        name=name,
        argv=[sys.executable, "-m", *module],
        env={**environment, **own, "PYTHONPATH": str(REPOSITORY)},
        ready=lambda: answers_ok(health, "/readyz"),
    )


def _secrets(credentials: Credentials, variables):
    made = {
        name: value
        for name, value in dataclasses.asdict(credentials).items()
        # Of servers that are not started here.
        if not name.startswith("read_") and name != "gateway_token"
    }
    return made | {name: value for name, value in variables.items() if name.endswith("_API_KEY")}
