"""What became of a batch's requests, kept as it comes, so that a rerun goes on from there."""

import fcntl
import os
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from pydantic import ValidationError

from stockcast_lib.batches.entries import Entry
from stockcast_lib.core.errors import InvalidRequest

_NAME = "journal.jsonl"


class Journal:
    """A file with a line for each entry; a context manager that holds it for one batch.

    Args:
        folder: is made if need be.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / _NAME
        self._closing = ExitStack()

    def __enter__(self) -> Self:
        """Hold the file.

        Raises:
            InvalidRequest: the folder cannot be used, or another batch uses it.
        """
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._file = self._closing.enter_context(self._path.open("ab"))
        except OSError as error:
            raise InvalidRequest(
                f"{self._folder} cannot hold the results ({error.strerror}): choose another --out.",
                fields=[],
            ) from None
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._closing.close()
            raise InvalidRequest(
                f"Another batch writes to {self._folder}: wait for it, or choose another --out.",
                fields=[],
            ) from None
        self._end_broken_line()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.close()

    def entries(self) -> dict[str, Entry]:
        """The last entry of each request, by its key."""
        lines = self._path.read_bytes().splitlines()
        return {entry.key: entry for entry in map(_entry, lines) if entry is not None}

    def add(self, entry: Entry) -> None:
        """Keep an entry, on disk when this returns."""
        line = entry.model_dump_json(exclude_unset=True)
        self._file.write(f"{line}\n".encode())
        self._file.flush()
        os.fsync(self._file.fileno())

    def _end_broken_line(self) -> None:
        # A batch that was killed may have left half a line: the next must not become part of it.
        content = self._path.read_bytes()
        if content and not content.endswith(b"\n"):
            self._file.write(b"\n")


def _entry(line: bytes) -> Entry | None:
    """None for half a line, or one of another version: it is asked for again."""
    try:
        return Entry.model_validate_json(line)
    except ValidationError:
        return None
