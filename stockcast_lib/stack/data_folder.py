"""The folder that holds a stack's data: one stack at a time, and where it tells its clients."""

import contextlib
import fcntl
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from stockcast_lib.core.errors import BadSettings
from stockcast_lib.settings import STACK_ENV
from stockcast_lib.stack.credentials import write_private


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
        yield folder


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
