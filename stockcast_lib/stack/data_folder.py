"""The folder that holds a stack's data: one stack at a time, and where it tells its clients."""

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from stockcast_lib.core.errors import BadSettings
from stockcast_lib.settings import STACK_ENV
from stockcast_lib.stack.credentials import CREDENTIALS_FILE, write_private

# What a stack's folder holds besides logs, credentials and settings.
DATA = ("redis", "s3")
_RESTORED = "restored"


@contextlib.contextmanager
def locked_folder(folder: Path) -> Iterator[Path]:
    """Make the folder if need be, and hold it for this process.

    Raises:
        BadSettings: it cannot be used, or another stack holds it.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise BadSettings(
            f"{folder} cannot hold the data ({error.strerror}): choose another --data-dir."
        ) from None
    with os.fdopen(descriptor, "r+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise BadSettings(
                f"Another `stockcast up` (process {lock.read().strip()}) runs on {folder}:"
                " stop it, or choose another --data-dir."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        _finish_replacing(folder)
        yield folder


def replace_data(folder: Path, staged: Path) -> None:
    """Put the data, and the credentials if there are any, of another folder in this one's place.

    All or nothing: what is cut off is finished by whoever holds the folder next.

    Args:
        folder: which this process holds.
        staged: on the same file system; it is gone afterwards.
    """
    staged.rename(folder / _RESTORED)
    _finish_replacing(folder)


def _finish_replacing(folder: Path) -> None:
    restored = folder / _RESTORED
    for name in (*DATA, CREDENTIALS_FILE):
        if (restored / name).exists():
            shutil.rmtree(folder / name, ignore_errors=True)
            (restored / name).rename(folder / name)
    shutil.rmtree(restored, ignore_errors=True)


def is_held(folder: Path) -> bool:
    """Whether a stack runs on the folder."""
    try:
        with locked_folder(folder):
            return False
    except BadSettings:
        return True


@contextlib.contextmanager
def announced(folder: Path, environment: Mapping[str, str]) -> Iterator[None]:
    """Tell the command line and notebooks, while this lasts, how to reach the stack."""
    path = folder / STACK_ENV
    lines = (f"{name}={_quoted(value)}\n" for name, value in sorted(environment.items()))
    write_private(path, "".join(lines))
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def forget_announcement(folder: Path) -> None:
    """Remove what a stack that was killed has left."""
    (folder / STACK_ENV).unlink(missing_ok=True)


def _quoted(value: str) -> str:
    # dotenv expands ${NAME} even in quotes: this gives the dollar as an unset name's default.
    escaped = value.replace("\\", "\\\\").replace("'", "\\'").replace("${", "${:-$}{")
    return f"'{escaped}'"
