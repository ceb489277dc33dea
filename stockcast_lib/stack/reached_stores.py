"""The Redis and the bucket that a backup is taken from or put into."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from dotenv import dotenv_values

from stockcast_lib.adapters.redis_connection import connect_copying
from stockcast_lib.adapters.redis_copy import RedisCopy
from stockcast_lib.adapters.s3 import Bucket, connect
from stockcast_lib.core.errors import BadSettings
from stockcast_lib.settings import STACK_ENV, outer_environment
from stockcast_lib.stack import embedded
from stockcast_lib.stack.probes import REGION
from stockcast_lib.stack.running import running
from stockcast_lib.stack.stores import prepared_stores

_NAMES = ("STOCKCAST_REDIS_URL", "STOCKCAST_S3_ENDPOINT_URL")


@dataclass(frozen=True)
class Stores:
    """Both of them; `interrupted` says whether somebody has asked for the end."""

    redis: RedisCopy
    bucket: Bucket
    interrupted: Callable[[], bool] = lambda: False


def named_stores() -> Mapping[str, str] | None:
    """How settings say that Redis and S3 are reached; None where they are a stack's own.

    Raises:
        BadSettings: they name one of the two.
    """
    outer = outer_environment()
    named = [name for name in _NAMES if outer.get(name)]
    if len(named) == 1:
        raise BadSettings(
            f"{named[0]} is set alone: set {' and '.join(_NAMES)}, or neither, to say whose data "
            "are meant."
        )
    return outer if named else None


def announced_stores(data_dir: Path) -> Mapping[str, str] | None:
    """How those of the stack that runs on a folder are reached; None where none runs."""
    told = dotenv_values(data_dir / STACK_ENV)
    return {name: value for name, value in told.items() if value is not None} or None


@contextlib.contextmanager
def own_stores(folder: Path) -> Iterator[Stores]:
    """Those of a folder, which run for as long as this lasts.

    Raises:
        BadSettings: the folder cannot be used, or a stack runs on it.
        StackFailed: one did not start.
    """
    with running(folder) as parts:
        children, environment = prepared_stores(parts.folder)
        if not parts.start(children):
            raise KeyboardInterrupt
        with connected(environment) as stores:
            yield replace(stores, interrupted=lambda: parts.supervisor.stop_requested)
        if parts.supervisor.stop_requested:
            raise KeyboardInterrupt


@contextlib.contextmanager
def connected(environment: Mapping[str, str]) -> Iterator[Stores]:
    """Those that an environment names."""
    client = connect_copying(
        environment["STOCKCAST_REDIS_URL"], _file(environment, "STOCKCAST_REDIS_CA")
    )
    s3 = connect(
        endpoint_url=environment["STOCKCAST_S3_ENDPOINT_URL"],
        region=environment.get("AWS_DEFAULT_REGION", REGION),
        access_key=environment.get("AWS_ACCESS_KEY_ID"),
        secret_key=environment.get("AWS_SECRET_ACCESS_KEY"),
        ca=_file(environment, "AWS_CA_BUNDLE"),
    )
    with contextlib.closing(client), contextlib.closing(s3):
        name = environment.get("STOCKCAST_S3_BUCKET", embedded.BUCKET)
        yield Stores(RedisCopy(client), Bucket(s3, name))


def _file(environment: Mapping[str, str], name: str) -> Path | None:
    return Path(environment[name]) if environment.get(name) else None
