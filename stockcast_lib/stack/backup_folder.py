"""A backup as a folder: a copy of Redis, one of the bucket, and a manifest with their hashes.

manifest.json       of each file the size and the SHA-256; written last
redis.jsonl         a line of JSON a key
objects/…           the bucket's objects by their keys
credentials.json    only where it was asked for
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path, PurePosixPath

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from stockcast_lib.adapters.redis_copy import KeyCopy
from stockcast_lib.core.errors import BadSettings
from stockcast_lib.stack.credentials import CREDENTIALS_FILE, write_private

MANIFEST_FILE = "manifest.json"
REDIS_FILE = "redis.jsonl"
OBJECTS = "objects/"
FORMAT = 1

# Told of each step: how many of how many are done.
Tell = Callable[[str, int, int], None]


class FileSum(BaseModel):
    """What a file of a backup must be."""

    model_config = ConfigDict(frozen=True)

    size: int
    sha256: str


class Manifest(BaseModel):
    """What belongs to a backup."""

    model_config = ConfigDict(frozen=True)

    format: int = Field(FORMAT, ge=FORMAT, le=FORMAT)
    made_at: datetime
    release: str
    files: dict[str, FileSum]


class BackupFolder:
    """A backup that is written, or one that is there."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def create(self) -> None:
        """Make the folder, for this user alone.

        Raises:
            BadSettings: it is there and holds something, or cannot be made.
        """
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            held = next(self.path.iterdir(), None)
        except OSError as error:
            raise BadSettings(
                f"{self.path} cannot be made ({error.strerror}): choose another folder."
            ) from None
        if held is not None:
            raise BadSettings(f"{self.path} is not empty: choose a new folder for each backup.")

    def write(self, name: str, data: bytes) -> FileSum:
        """Keep a file.

        Raises:
            BadSettings: it cannot be written.
        """
        path = self.path / name
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.write_bytes(data)
        except OSError as error:
            raise BadSettings(
                f"{path} cannot be written ({error.strerror}): make room there, or choose another "
                "folder, and back up again."
            ) from None
        return _sum(data)

    def write_credentials(self, source: Path) -> FileSum:
        """Keep a stack's credentials, for this user's eyes alone."""
        text = source.read_text("utf-8")
        write_private(self.path / CREDENTIALS_FILE, text)
        return _sum(text.encode())

    def manifest(self) -> Manifest:
        """What belongs to it.

        Raises:
            BadSettings: it is no backup, or none that came to its end.
        """
        try:
            text = (self.path / MANIFEST_FILE).read_bytes()
        except OSError as error:
            raise BadSettings(
                f"{self.path} holds no whole backup ({MANIFEST_FILE}: {error.strerror}): give the "
                "folder that `stockcast backup` has written to its end."
            ) from None
        try:
            manifest = Manifest.model_validate_json(text)
        except ValidationError:
            raise _damaged(self.path / MANIFEST_FILE) from None
        for name in manifest.files:
            if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
                raise _damaged(self.path / MANIFEST_FILE)
        return manifest

    def check(self, manifest: Manifest, tell: Tell) -> None:
        """Hold every file against the manifest.

        Raises:
            BadSettings: one is missing, or is not as it was written.
        """
        for number, (name, wanted) in enumerate(manifest.files.items(), 1):
            if _sum(self._data(name)) != wanted:
                raise _damaged(self.path / name)
            tell("Checking the backup", number, len(manifest.files))

    def redis(self) -> Iterator[KeyCopy]:
        """The keys of Redis."""
        lines = self._data(REDIS_FILE).decode().splitlines()
        return map(KeyCopy.of_line, lines)

    def object(self, key: str) -> bytes:
        """An object of the bucket."""
        return self._data(f"{OBJECTS}{key}")

    def credentials(self, manifest: Manifest) -> str | None:
        """A stack's credentials, if they are in it."""
        if CREDENTIALS_FILE not in manifest.files:
            return None
        return self._data(CREDENTIALS_FILE).decode()

    def _data(self, name: str) -> bytes:
        try:
            return (self.path / name).read_bytes()
        except OSError:
            raise _damaged(self.path / name) from None


def object_keys(names: Iterable[str]) -> list[str]:
    """The keys of the bucket's objects among a manifest's files."""
    return [name.removeprefix(OBJECTS) for name in names if name.startswith(OBJECTS)]


def _sum(data: bytes) -> FileSum:
    return FileSum(size=len(data), sha256=hashlib.sha256(data).hexdigest())


def _damaged(path: Path) -> BadSettings:
    return BadSettings(
        f"{path} is missing or not as the backup wrote it, so nothing was restored: use another "
        "backup."
    )
