"""What Stockcast needs on this machine: what is there, what is missing, what to do."""

import contextlib
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from stockcast_lib.adapters.disk_room import MEGABYTE, DiskRoom
from stockcast_lib.core.errors import BadSettings
from stockcast_lib.settings import (
    ModelSettings,
    NotebookSettings,
    QueueSettings,
    RoomSettings,
    StoreSettings,
    VendorSettings,
    announced_vendors,
    key_variable,
)
from stockcast_lib.stack.binaries import find_rclone, find_redis_server
from stockcast_lib.stack.probes import FAR_SECONDS, s3_client

_OLDEST_PYTHON = (3, 11)
_KERNEL = "stockcast"
_KERNEL_SECONDS = 10
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
_NOT_SET = "none set: `stockcast up` starts its own"


@dataclass(frozen=True)
class Check:
    """One finding.

    Attributes:
        name: what was looked for.
        ok: whether it is there; None where that is for information only.
        found: what was found.
        remedy: what to do; empty if nothing.
    """

    name: str
    ok: bool | None
    found: str
    remedy: str = ""


def checks() -> list[tuple[str, Callable[[], Check]]]:
    """What can be checked, in words, and how; some take seconds, all of them up to about ten."""
    redis, ca = _redis()
    store = StoreSettings.read()
    local_redis = partial(_binary, "redis-server", find_redis_server, needed=redis is None)
    local_s3 = partial(_binary, "rclone", find_rclone, needed=store.s3_endpoint_url is None)
    return [
        ("Python", python),
        ("redis-server", local_redis),
        ("Redis", partial(running_redis, redis, ca)),
        ("rclone", local_s3),
        ("S3", partial(running_s3, store)),
        ("room on the disk", lambda: room(RoomSettings.read())),
        ("price vendors", lambda: vendors(VendorSettings.read(), announced_vendors())),
        ("Jupyter kernel", kernel),
        ("limit on kernels' processes", process_limit),
        ("published notebooks", lambda: published_notebooks(ModelSettings.read(), store)),
        ("Chromium", browser),
        ("notebooks", lambda: notebooks(NotebookSettings.read().notebooks_dir)),
    ]


def python() -> Check:
    """The Python that runs this."""
    oldest = ".".join(map(str, _OLDEST_PYTHON))
    ok = sys.version_info >= _OLDEST_PYTHON
    return Check("Python", ok, sys.version.split()[0], "" if ok else f"Use Python {oldest}.")


def running_redis(url: str | None, ca: Path | None = None) -> Check:
    """Whether the Redis at a URL answers, and keeps what it has acknowledged.

    Args:
        url: None where none is set.
        ca: as `redis_connection.connect` has it.
    """
    import redis

    from stockcast_lib.adapters.redis_connection import tls_options

    if not url:
        return Check("Redis", None, _NOT_SET)
    client: Any = redis.Redis.from_url(
        url,
        decode_responses=True,
        socket_connect_timeout=FAR_SECONDS,
        socket_timeout=FAR_SECONDS,
        **tls_options(url, ca),
    )
    with contextlib.closing(client):
        try:
            found = f"Redis {client.info('server')['redis_version']}"
        except (redis.RedisError, OSError) as error:
            remedy = "Start it with `stockcast up`, or check STOCKCAST_REDIS_URL."
            return Check("Redis", False, f"no answer ({type(error).__name__})", remedy)
        try:
            told = client.config_get("append*")
        except redis.ResponseError:
            note = "Ask its provider for appendonly yes and appendfsync always."
            return Check("Redis", None, f"{found}, does not show its configuration", note)
    return _durability(found, told)


def running_s3(store: StoreSettings) -> Check:
    """Whether the bucket can be listed."""
    from botocore.exceptions import BotoCoreError, ClientError

    if not store.s3_endpoint_url:
        return Check("S3", None, _NOT_SET)
    keys = {"AWS_ACCESS_KEY_ID": store.access_key, "AWS_SECRET_ACCESS_KEY": store.secret_key}
    secrets = {name: key.get_secret_value() for name, key in keys.items() if key}
    place = {"STOCKCAST_S3_ENDPOINT_URL": store.s3_endpoint_url}
    if store.ca_bundle:
        place["AWS_CA_BUNDLE"] = str(store.ca_bundle)
    try:
        client = s3_client(
            {**place, **secrets, "AWS_DEFAULT_REGION": store.region}, timeout=FAR_SECONDS
        )
        client.list_objects_v2(Bucket=store.s3_bucket, MaxKeys=1)
    except (BotoCoreError, ClientError, ValueError) as error:
        remedy = "Start it with `stockcast up`, or check STOCKCAST_S3_* and AWS_*."
        return Check("S3", False, f"{store.s3_bucket}: {error}", remedy)
    return Check("S3", True, f"bucket {store.s3_bucket} at {store.s3_endpoint_url}")


def vendors(settings: VendorSettings, announced: Sequence[str] = ()) -> Check:
    """Who is asked for prices, and who cannot be for want of a key or a package.

    Those that a running stack has announced have theirs there.
    """
    title = "Price vendors"
    lacking = [name for name in settings.without_key if name not in announced]
    named = settings.vendors or settings.order
    bare = [name for name in named if name == "yahoo" and find_spec("yfinance") is None]
    asked = [name for name in named if name not in (*lacking, *bare)]
    found, remedies = [", ".join(asked) or "none"], []
    if lacking:
        found.append(f"without a key: {', '.join(lacking)}")
        remedies.append(f"set {' and '.join(map(key_variable, lacking))}")
    if bare:
        found.append(f"without its package: {', '.join(bare)}")
        remedies.append("run `pip install 'stockcast[yahoo]'`")
    if not remedies:
        return Check(title, True, *found)
    remedy = f"{', '.join([*remedies, 'or leave them out of STOCKCAST_VENDORS'])}."
    return Check(title, None if asked else False, "; ".join(found), remedy[0].upper() + remedy[1:])


def kernel(name: str = _KERNEL) -> Check:
    """Whether notebooks' kernel is known to Jupyter and starts."""
    from jupyter_client.kernelspec import NoSuchKernel
    from jupyter_client.manager import KernelManager

    from stockcast_lib.execution.counts import COUNTS

    title = f"Jupyter kernel {name}"
    remedy = "Run `make install`: it installs ipykernel and its kernel."
    manager = KernelManager(kernel_name=name, transport="ipc")
    before = COUNTS.fallbacks
    try:
        manager.start_kernel()
    except NoSuchKernel:
        return Check(title, False, "not installed", remedy)
    except OSError as error:
        return Check(title, False, f"does not start: {error}", remedy)
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=_KERNEL_SECONDS)
    except RuntimeError as error:
        return Check(title, False, f"does not start: {error}", remedy)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    if COUNTS.fallbacks > before:
        remedy = "Every run takes seconds longer: the warning above says why."
        return Check(title, None, "starts plainly, not forked", remedy)
    return Check(title, True, "starts, forked from a warm process")


def process_limit() -> Check:
    """What keeps a notebook that forks from taking the whole machine."""
    from stockcast_lib.execution.process_limit import Means, means

    title, found = "Processes", means()
    if found is not Means.WATCH:
        return Check(title, True, f"limited by {found}")
    remedy = "Run as another user than root, or let this one make control groups for processes."
    return Check(title, None, f"limited only by {found}", remedy)


def published_notebooks(
    settings: ModelSettings, store: StoreSettings, away: str | None = None
) -> Check:
    """What keeps a published notebook from doing harm, or that none is run.

    Args:
        settings: of such notebooks.
        store: the running one; without an address it is the stack's own, which has the keys.
        away: why kernels cannot be confined; found out by default.
    """
    from stockcast_lib.execution.confinement import can_confine

    title, away = "Published notebooks", can_confine() if away is None else away
    lacking = [away] if away else []
    if store.s3_endpoint_url and settings.reading_keys is None:
        lacking.append("there are no keys that only read the store")
    if not lacking:
        return Check(title, True, "confined by Landlock, with keys that only read")
    if settings.unconfined_models:
        remedy = "Only publish what you would run yourself."
        return Check(title, None, f"not confined: {'; '.join(lacking)}", remedy)
    remedy = (
        "Use Linux 6.7 or later and set STOCKCAST_READ_ACCESS_KEY_ID and "
        "STOCKCAST_READ_SECRET_ACCESS_KEY, or STOCKCAST_UNCONFINED_MODELS=true."
    )
    return Check(title, None, f"refused: {'; '.join(lacking)}", remedy)


def room(settings: RoomSettings) -> Check:
    """Whether the disk of a stack's data has room for what is new."""
    title = "Disk"
    if settings.stores_dir is None:
        return Check(title, None, "no stack runs here whose data could need room")
    lacking = DiskRoom(settings.stores_dir, settings.least_free_mb * MEGABYTE).lacking()
    if lacking is None:
        return Check(title, True, f"room enough in {settings.stores_dir}")
    found, _, remedy = lacking.partition(". ")
    return Check(title, False, found, remedy)


def browser() -> Check:
    """A Chromium, which only the tests need."""
    found = next(filter(None, map(shutil.which, _BROWSERS)), None)
    remedy = "" if found else "Only the browser tests need it: `make test` installs one."
    return Check("Chromium", True if found else None, found or "none on PATH", remedy)


def notebooks(folder: Path) -> Check:
    """The notebooks that the workers run and the dashboard shows."""
    names = ("ingest.ipynb", "forecast.ipynb", "dashboard.ipynb")
    missing = [name for name in names if not (folder / name).is_file()]
    if not missing:
        return Check("Notebooks", True, str(folder))
    remedy = "Set STOCKCAST_NOTEBOOKS_DIR to the folder that holds them."
    return Check("Notebooks", False, f"{folder} lacks {', '.join(missing)}", remedy)


def _redis() -> tuple[str | None, Path | None]:
    try:
        settings = QueueSettings.read()
    except BadSettings:
        return None, None
    return settings.redis_url.get_secret_value(), settings.redis_ca


def _durability(found: str, told: dict[str, str]) -> Check:
    wanted = {"appendonly": "yes", "appendfsync": "always"}
    wrong = [
        f"{name} {told.get(name)}" for name, value in wanted.items() if told.get(name) != value
    ]
    if wrong:
        remedy = "Set appendonly yes and appendfsync always: else a crash loses accepted jobs."
        return Check("Redis", False, f"{found} with {', '.join(wrong)}", remedy)
    return Check("Redis", True, f"{found}, every write on disk")


def _binary(name: str, find: Callable[[], Path], *, needed: bool) -> Check:
    try:
        return Check(name, True, str(find()))
    except BadSettings as error:
        return Check(name, False if needed else None, "missing", error.message)
