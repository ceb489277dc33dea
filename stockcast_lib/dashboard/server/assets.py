"""Static files: kept in memory, compressed once, with the caching that their names allow."""

import asyncio
import gzip
import hashlib
import mimetypes
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from tornado.web import HTTPError, RequestHandler

from stockcast_lib.dashboard.server.policy import HEADERS

_TEXT = ("text/", "application/javascript", "application/json", "image/svg+xml")
_LEAST_COMPRESSED = 1024
# Webpack's names: remoteEntry.698dcaf7.js, 9674eb1bd55047179038.svg.
_HASHED_NAME = re.compile(r"(^|\.)[0-9a-f]{8,}\.\w+$")
_FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Asset:
    """What is sent for a file; its version changes with its body."""

    body: bytes
    media: str
    version: str

    @cached_property
    def packed(self) -> bytes:
        """The body compressed; empty where that is no use."""
        small = len(self.body) < _LEAST_COMPRESSED or not self.media.startswith(_TEXT)
        return b"" if small else gzip.compress(self.body, 6, mtime=0)


def asset(body: bytes, name: str) -> Asset:
    """An asset of a file's content."""
    media = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Asset(body, media, hashlib.sha256(body).hexdigest()[:20])


def file_asset(path: Path) -> Asset:
    """An asset of a file, kept until the file changes."""
    stat = path.stat()
    return _kept(path, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=256)
def _kept(path: Path, _mtime: int, _size: int) -> Asset:
    return asset(path.read_bytes(), path.name)


def find_file(folders: Sequence[str | Path], path: str) -> Path | None:
    """The file of a path in the first folder that has it."""
    for folder in map(os.path.abspath, folders):
        # Not resolved: an installation may be made of links.
        candidate = Path(os.path.normpath(Path(folder, path)))
        if candidate.is_relative_to(folder) and candidate.is_file():
            return candidate
    return None


class AssetHandler(RequestHandler):
    """GET of what `load` makes of the path, `None` if there is nothing."""

    def initialize(self, load: Callable[[str], Asset | None]) -> None:
        """See `RequestHandler`."""
        self._load = load
        self._version: str | None = None

    def set_default_headers(self) -> None:
        """See `RequestHandler`."""
        for name, value in HEADERS.items():
            self.set_header(name, value)

    def compute_etag(self) -> str | None:
        """See `RequestHandler`."""
        return self._version and f'"{self._version}"'

    async def get(self, path: str) -> None:
        """Answer with the asset, or that the browser's own is still right."""
        found = await asyncio.to_thread(self._load, path)
        if found is None:
            raise HTTPError(404)
        lasting = "v" in self.request.arguments or _HASHED_NAME.search(Path(path).name)
        self._version = found.version
        self.set_header("Content-Type", found.media)
        self.set_header("Cache-Control", _FOREVER if lasting else "no-cache")
        self.set_header("Vary", "Accept-Encoding")
        wanted = "gzip" in self.request.headers.get("Accept-Encoding", "")
        if wanted and (packed := await asyncio.to_thread(lambda: found.packed)):
            self.set_header("Content-Encoding", "gzip")
            self.finish(packed)
        else:
            self.finish(found.body)

    head = get


def folder_loader(folders: Sequence[str | Path]) -> Callable[[str], Asset | None]:
    """What `AssetHandler` loads from folders."""

    def load(path: str) -> Asset | None:
        found = find_file(folders, path)
        return file_asset(found) if found else None

    return load
