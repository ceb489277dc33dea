"""`stockcast backup` and `stockcast restore`: all that a service holds, as a folder and back.

Redis is copied first: then every object that it speaks of is in the copy of the bucket.
"""

import contextlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from stockcast_lib import __version__
from stockcast_lib.adapters.integrity import is_whole
from stockcast_lib.core.errors import BadSettings
from stockcast_lib.stack.backup_folder import (
    MANIFEST_FILE,
    OBJECTS,
    REDIS_FILE,
    BackupFolder,
    FileSum,
    Manifest,
    Tell,
    object_keys,
)
from stockcast_lib.stack.credentials import CREDENTIALS_FILE, write_private
from stockcast_lib.stack.data_folder import DATA, is_held, locked_folder, replace_data
from stockcast_lib.stack.reached_stores import (
    Stores,
    announced_stores,
    connected,
    named_stores,
    own_stores,
)

_AT_ONCE = 8
_STAGED = "restoring"
R = TypeVar("R")


@dataclass(frozen=True)
class Copied:
    """What is in a backup; `damaged` are the objects that were so in the bucket already."""

    keys: int
    objects: int
    damaged: tuple[str, ...] = ()


def back_up(folder: Path, data_dir: Path, tell: Tell, *, with_credentials: bool = False) -> Copied:
    """Copy all that a service holds into a new folder; it may go on meanwhile.

    Args:
        folder: of the backup.
        data_dir: of the stack, where settings name no stores.
        tell: how far it has come.
        with_credentials: keep the stack's generated passwords and keys, too.

    Raises:
        BadSettings: there is no such stack, or the folder cannot be used.
        StoreUnavailable, QueueUnavailable: a store is away.
    """
    if with_credentials and not (data_dir / CREDENTIALS_FILE).is_file():
        raise BadSettings(f"{data_dir} holds no credentials: leave out --with-credentials.")
    backup = BackupFolder(folder)
    with _source(data_dir) as stores:
        backup.create()
        kept = stores.redis.take()
        text = "".join(each.line() for each in kept)
        files = {REDIS_FILE: backup.write(REDIS_FILE, text.encode())}
        objects, damaged = _copied_objects(stores, backup, tell)
    files |= objects
    if with_credentials:
        files[CREDENTIALS_FILE] = backup.write_credentials(data_dir / CREDENTIALS_FILE)
    manifest = Manifest(made_at=datetime.now(UTC), release=__version__, files=files)
    # Last: what was not copied to its end is no backup.
    backup.write(MANIFEST_FILE, manifest.model_dump_json(indent=1).encode())
    return Copied(len(kept), len(objects), damaged)


@contextlib.contextmanager
def _source(data_dir: Path) -> Iterator[Stores]:
    environment = named_stores()
    if environment is None and _holds_data(data_dir) and is_held(data_dir):
        environment = announced_stores(data_dir)
    if environment is not None:
        with connected(environment) as stores:
            yield stores
    elif _holds_data(data_dir):
        with own_stores(data_dir) as stores:
            yield stores
    else:
        raise BadSettings(
            f"{data_dir} holds no data of a stack: run this in the folder where `stockcast up` "
            "runs, or name the data with --data-dir."
        )


def _copied_objects(
    stores: Stores, backup: BackupFolder, tell: Tell
) -> tuple[dict[str, FileSum], tuple[str, ...]]:
    files, damaged = {}, []

    def copy(key: str) -> tuple[str, FileSum, bool] | None:
        data = stores.bucket.get(key)
        if data is None:
            return None
        name = f"{OBJECTS}{key}"
        return name, backup.write(name, data), is_whole(key, data)

    for found in _all_done(stores, copy, stores.bucket.list(""), "Copying objects", tell):
        if found is not None:
            name, files[name], whole = found[0], found[1], found[2]
            if not whole:
                damaged.append(name)
    return files, tuple(damaged)


def restore(folder: Path, data_dir: Path, tell: Tell, *, force: bool = False) -> Copied:
    """Put a backup into the stores of a service that does not run.

    It is checked before anything is touched. A stack's own data are replaced at the end, by all
    of it at once.

    Args:
        folder: of the backup.
        data_dir: of the stack, where settings name no stores.
        tell: how far it has come.
        force: replace what the stores hold.

    Raises:
        BadSettings: the backup is damaged, or the stores are not empty, or a stack runs.
        StoreUnavailable, QueueUnavailable: a store is away.
    """
    backup = BackupFolder(folder)
    manifest = backup.manifest()
    backup.check(manifest, tell)
    environment = named_stores()
    if environment is None:
        return _restore_stack(backup, manifest, data_dir, tell, force=force)
    with connected(environment) as stores:
        if not force and not (stores.redis.is_empty() and not stores.bucket.list("")):
            raise _not_empty("The Redis or the bucket that the settings name")
        return _put_all(stores, backup, manifest, tell)


def _restore_stack(
    backup: BackupFolder, manifest: Manifest, data_dir: Path, tell: Tell, *, force: bool
) -> Copied:
    with locked_folder(data_dir):
        if _holds_data(data_dir) and not force:
            raise _not_empty(str(data_dir))
        staged = data_dir / _STAGED
        shutil.rmtree(staged, ignore_errors=True)
        with own_stores(staged) as stores:
            copied = _put_all(stores, backup, manifest, tell)
        # Those that the stores were filled with are nobody's any more.
        (staged / CREDENTIALS_FILE).unlink()
        credentials = backup.credentials(manifest)
        if credentials is not None:
            write_private(staged / CREDENTIALS_FILE, credentials)
        replace_data(data_dir, staged)
    return copied


def _put_all(stores: Stores, backup: BackupFolder, manifest: Manifest, tell: Tell) -> Copied:
    objects = object_keys(manifest.files)

    def put(key: str) -> None:
        stores.bucket.put(key, backup.object(key))

    list(_all_done(stores, put, objects, "Restoring objects", tell))
    kept = list(backup.redis())
    stores.redis.replace(kept)
    return Copied(len(kept), len(objects))


def _all_done(
    stores: Stores, do: Callable[[str], R], keys: Sequence[str], what: str, tell: Tell
) -> Iterator[R]:
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for number, done in enumerate(pool.map(do, keys), 1):
            if stores.interrupted():
                raise KeyboardInterrupt
            yield done
            tell(what, number, len(keys))


def _holds_data(data_dir: Path) -> bool:
    return any((data_dir / name).exists() for name in DATA)


def _not_empty(what: str) -> BadSettings:
    return BadSettings(
        f"{what} holds data already: restore with --force to replace them, or into another "
        "--data-dir."
    )
