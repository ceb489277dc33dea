"""The Redis and the S3 of a stack, its own or those that settings name."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from stockcast_lib.adapters.disk_room import MEGABYTE, DiskRoom
from stockcast_lib.adapters.redis_users import RedisRole
from stockcast_lib.core.errors import StackFailed
from stockcast_lib.ports import UNWATCHED, Room
from stockcast_lib.settings import RoomSettings, outer_environment
from stockcast_lib.stack import embedded
from stockcast_lib.stack.credentials import stored_credentials
from stockcast_lib.stack.network import LOOPBACK, accepts, free_ports
from stockcast_lib.stack.probes import FAR_SECONDS, REGION, redis_probe, s3_probe
from stockcast_lib.stack.supervisor import Child

_REDIS_URL = "STOCKCAST_REDIS_URL"
_REDIS_CA = "STOCKCAST_REDIS_CA"
_S3_URL = "STOCKCAST_S3_ENDPOINT_URL"
_BUCKET = "STOCKCAST_S3_BUCKET"
_STORES_DIR = "STOCKCAST_STORES_DIR"
_STORE_NAMES = (
    _S3_URL, _BUCKET, "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN", "AWS_DEFAULT_REGION", "AWS_CA_BUNDLE",
)  # fmt: skip
# With the embedded S3 these would make a client sign as somebody else.
_FOREIGN_AWS = (
    "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_REGION", "AWS_ROLE_ARN",
    "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3",
)  # fmt: skip


def prepared_stores(folder: Path, *, small: bool = False) -> tuple[list[Child], dict[str, str]]:
    """What must be started, and how clients reach Redis and S3.

    Args:
        folder: of the stack's data and credentials.
        small: for a machine with little memory: without the S3 that only reads, so that published
            notebooks are not run, and with no client to ask whether the embedded stores are ready.

    Raises:
        StackFailed: what a setting names does not answer.
        BadSettings: a program is missing.
    """
    outer = outer_environment()
    credentials = stored_credentials(folder)
    redis_port, s3_port, reading_port = free_ports(3)
    children = []
    environment = {"STOCKCAST_FRAME_KEY": outer.get("STOCKCAST_FRAME_KEY") or credentials.frame_key}
    if outer.get(_REDIS_URL):
        environment[_REDIS_URL] = outer[_REDIS_URL]
        ca = outer.get(_REDIS_CA)
        environment |= {_REDIS_CA: ca} if ca else {}
        probe = redis_probe(outer[_REDIS_URL], FAR_SECONDS, Path(ca) if ca else None)
        _require(probe, f"The Redis of {_REDIS_URL}")
    else:
        environment[_REDIS_URL] = embedded.redis_url(redis_port, credentials)
        redis = embedded.redis_child(folder, redis_port, credentials)
        children.append(_listening(redis, redis_port) if small else redis)
    if not _far(outer):
        environment[_STORES_DIR] = str(folder.absolute())
    if outer.get(_S3_URL):
        own = {name: outer[name] for name in _STORE_NAMES if name in outer}
        own = {_BUCKET: embedded.BUCKET, "AWS_DEFAULT_REGION": REGION, **own}
        environment |= own
        _require(s3_probe(own, FAR_SECONDS), f"The bucket {own[_BUCKET]} at {_S3_URL}")
    else:
        environment |= embedded.s3_environment(s3_port, credentials)
        s3 = embedded.s3_child(folder, s3_port, credentials)
        children.append(_listening(s3, s3_port) if small else s3)
        if not small:
            environment |= embedded.reading_environment(reading_port, credentials)
            children.append(embedded.reading_s3_child(folder, reading_port, credentials))
    return children, environment


def redis_role_urls(folder: Path, environment: Mapping[str, str]) -> dict[RedisRole, str]:
    """How each role reaches the embedded Redis as its own user; of another Redis, nothing is known.

    Args:
        folder: of the stack's credentials.
        environment: how clients reach it.
    """
    if outer_environment().get(_REDIS_URL):
        return {}
    port = urlsplit(environment[_REDIS_URL]).port or 0
    credentials = stored_credentials(folder)
    return {role: embedded.redis_url(port, credentials, role) for role in RedisRole}


def stack_room(folder: Path) -> Room:
    """What a stack's folder has, for as far as its data are there.

    Raises:
        BadSettings: the setting is wrong.
    """
    if _far(outer_environment()):
        return UNWATCHED
    return DiskRoom(folder, RoomSettings.read_outer().least_free_mb * MEGABYTE)


def _far(outer: Mapping[str, str]) -> bool:
    """Whether the stack keeps no data of its own."""
    return bool(outer.get(_REDIS_URL) and outer.get(_S3_URL))


def _listening(child: Child, port: int) -> Child:
    return replace(child, ready=lambda: accepts(port))


def server_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment of the stack's servers, from what they are told of it."""
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


def _require(probe: Callable[[], bool], what: str) -> None:
    if not probe():
        raise StackFailed(
            f"{what} does not answer: start it and check its address and keys, or unset the"
            " variable to use the embedded one."
        )
