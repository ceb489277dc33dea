"""The embedded Redis and S3, as children that hold all their data in the stack's folder."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from stockcast_lib.adapters.redis_users import RedisRole, user_lines
from stockcast_lib.core.errors import BadSettings
from stockcast_lib.stack.binaries import find_rclone, find_redis_server, redis_major_version
from stockcast_lib.stack.credentials import Credentials, write_private
from stockcast_lib.stack.network import LOOPBACK
from stockcast_lib.stack.probes import REGION, redis_probe, s3_probe
from stockcast_lib.stack.supervisor import Child

BUCKET = "stockcast"
_MULTI_PART_AOF = 7


def redis_child(
    folder: Path, port: int, credentials: Credentials, binary: Path | None = None
) -> Child:
    """A Redis that has every answered write on disk; `binary` is looked up by default.

    Raises:
        BadSettings: no redis-server, or one too old for the data that is there.
    """
    binary = binary or find_redis_server()
    data = _private_folder(folder / "redis")
    if (data / "appendonlydir").exists() and redis_major_version(binary) < _MULTI_PART_AOF:
        raise BadSettings(
            f"{data} was written by Redis 7, which {binary} is too old to read:"
            " install redis-server 7, or choose another --data-dir."
        )
    configuration = folder / "redis.conf"
    users = user_lines({role: credentials.redis_password_of(role) for role in RedisRole})
    text = redis_configuration(data, port, credentials.redis_password)
    write_private(configuration, "\n".join((text, *users, "")))
    return Child(
        name="redis",
        argv=[str(binary), str(configuration.absolute())],
        env={"LANG": "C.UTF-8"},
        ready=redis_probe(redis_url(port, credentials)),
        rank=2,
        grace=2.0,
    )


def redis_configuration(data: Path, port: int, password: str) -> str:
    """The text of `redis.conf` before its users; no command line holds the password."""
    folder = str(data.absolute()).replace("\\", "\\\\").replace('"', '\\"')
    return "\n".join(
        (
            f"bind {LOOPBACK}",
            f"port {port}",
            f"requirepass {password}",
            f'dir "{folder}"',
            "appendonly yes",
            "appendfsync always",
            'save ""',
            "maxmemory-policy noeviction",
            "daemonize no",
            "",
        )
    )


def redis_url(port: int, credentials: Credentials, role: RedisRole | None = None) -> str:
    """How clients reach the embedded Redis; without a role, as the one who owns it."""
    user, password = "", credentials.redis_password
    if role is not None:
        user, password = role, credentials.redis_password_of(role)
    return f"redis://{user}:{password}@{LOOPBACK}:{port}/0"


def s3_child(folder: Path, port: int, credentials: Credentials) -> Child:
    """An S3 API over a folder; each bucket is a folder in it.

    Raises:
        BadSettings: no rclone.
    """
    # Else a listing may miss for minutes what another server has written.
    # Not 0s: rclone 1.75 then hangs on a PUT now and again.
    options = ("--dir-cache-time", "10ms")
    keys = f"{credentials.s3_access_key},{credentials.s3_secret_key}"
    return _serving("s3", folder, port, keys, options, s3_environment(port, credentials))


def reading_s3_child(folder: Path, port: int, credentials: Credentials) -> Child:
    """A second S3 API over the same folder, with keys of its own, that refuses every change.

    Raises:
        BadSettings: no rclone.
    """
    # What was put a moment ago must be there; and here nothing is ever put.
    options = ("--dir-cache-time", "0s", "--read-only")
    keys = f"{credentials.read_access_key},{credentials.read_secret_key}"
    told = {
        **s3_environment(port, credentials),
        "AWS_ACCESS_KEY_ID": credentials.read_access_key,
        "AWS_SECRET_ACCESS_KEY": credentials.read_secret_key,
    }
    return _serving("s3-read-only", folder, port, keys, options, told)


def _serving(
    name: str,
    folder: Path,
    port: int,
    keys: str,
    options: Sequence[str],
    environment: Mapping[str, str],
) -> Child:
    data = _private_folder(folder / "s3")
    _private_folder(data / BUCKET)
    return Child(
        name=name,
        argv=[
            str(find_rclone()), "serve", "s3", str(data.absolute()),
            "--addr", f"{LOOPBACK}:{port}",
            # No configuration of the user's may change what is served.
            "--config", "",
            # Off: a PUT is answered when the object is in its folder, not in a cache.
            "--vfs-cache-mode", "off",
            *options,
        ],
        # The value is CSV: the quotes keep the pair together.
        env={"RCLONE_AUTH_KEY": f'"{keys}"', "HOME": str(folder.absolute())},
        ready=s3_probe(environment),
        rank=1,
        grace=1.5,
    )  # fmt: skip


def reading_environment(port: int, credentials: Credentials) -> dict[str, str]:
    """How those reach the embedded S3 that must not change it."""
    return {
        "STOCKCAST_READ_S3_ENDPOINT_URL": f"http://{LOOPBACK}:{port}",
        "STOCKCAST_READ_ACCESS_KEY_ID": credentials.read_access_key,
        "STOCKCAST_READ_SECRET_ACCESS_KEY": credentials.read_secret_key,
    }


def s3_environment(port: int, credentials: Credentials) -> dict[str, str]:
    """How clients reach the embedded S3."""
    return {
        "STOCKCAST_S3_ENDPOINT_URL": f"http://{LOOPBACK}:{port}",
        "STOCKCAST_S3_BUCKET": BUCKET,
        "AWS_ACCESS_KEY_ID": credentials.s3_access_key,
        "AWS_SECRET_ACCESS_KEY": credentials.s3_secret_key,
        "AWS_DEFAULT_REGION": REGION,
    }


def _private_folder(folder: Path) -> Path:
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder
