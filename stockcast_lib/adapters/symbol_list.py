"""Symbol lists in S3, and the directory that follows the newest one."""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

from stockcast_lib.adapters.integrity import read_whole, seal
from stockcast_lib.adapters.s3 import Bucket
from stockcast_lib.core import keys
from stockcast_lib.core.errors import BadSymbolList
from stockcast_lib.core.symbols import (
    Symbol,
    SymbolDirectory,
    merge_lists,
    read_symbols,
    write_symbols,
)
from stockcast_lib.core.tickers import is_ticker

SymbolSource = Callable[[], Iterable[Symbol]]

_log = logging.getLogger(__name__)
_CHECK_SECONDS = 30.0
_PATIENCE_SECONDS = 0.2
# Of whoever would else be told that a ticker is unknown.
_LONG_PATIENCE_SECONDS = 5.0
_NOT_SOONER_SECONDS = 1.0
_REMEDY = "store one again with `stockcast symbols refresh --replace`."


def read_symbol_file(path: Path) -> list[Symbol]:
    """The symbols of a CSV of one's own: `ticker` and, where it has them, `name` and `exchange`.

    Raises:
        BadSymbolList: it cannot be read, with the lines that are wrong.
    """
    try:
        return read_symbols(path.read_text("utf-8-sig"), path.name)
    except OSError as error:
        raise BadSymbolList(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise BadSymbolList(f"{path.name} line {line}: not UTF-8: save it as UTF-8.") from None


class S3SymbolLists:
    """Immutable lists, each under its time and content; the greatest key is the current one."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket

    def current(self) -> str | None:
        """The newest list's key."""
        held = self._bucket.list(keys.SYMBOL_LISTS)
        return held[-1] if held else None

    def load(self, key: str) -> list[Symbol]:
        """The list at a key. Raises BadSymbolList, DamagedObject."""
        held = read_whole(self._bucket, key, _REMEDY)
        if held is None:
            raise BadSymbolList(f"The store holds no symbol list {key}.")
        return read_symbols(held.decode(errors="replace"), key)

    def save(self, symbols: Iterable[Symbol], stored_at: datetime) -> str:
        """Make this list the current one; its key, an old one where nothing has changed."""
        data = write_symbols(symbols).encode()
        content_hash = seal(data)
        current = self.current()
        stamp = keys.stamp_behind(stored_at, current)
        same = current is not None and current.endswith(keys.symbol_list_end(content_hash))
        # One that is damaged is stored again.
        if current is not None and same and self._bucket.get(current) == data:
            return current
        key = keys.symbol_list(stamp, content_hash)
        self._bucket.put(key, data, "text/csv; charset=utf-8")
        return key


def refresh(
    lists: S3SymbolLists,
    sources: Iterable[SymbolSource],
    stored_at: datetime,
    *,
    keep: bool = True,
) -> tuple[str, list[Symbol]]:
    """Merge the sources' lists, the first to be believed most, and store what comes of it.

    Args:
        lists: where they are stored.
        sources: asked in this order.
        stored_at: the time of the new list.
        keep: whether what only the list before has stays, its names above all.

    Returns:
        The stored list's key, and the list.
    """
    # A vendor lists securities under names that no request can hold.
    found = [[each for each in source() if is_ticker(each.ticker)] for source in sources]
    current = lists.current() if keep else None
    if current is not None:
        found.append(lists.load(current))
    merged = merge_lists(found)
    return lists.save(merged, stored_at), merged


class ReloadingDirectory:
    """Call it for the directory over the newest list; it asks S3 every half a minute.

    It asks in the background, and goes on with what it has while S3 does not answer. Safe
    between threads.
    """

    def __init__(
        self,
        lists: S3SymbolLists,
        bundled: SymbolDirectory,
        *,
        check_seconds: float = _CHECK_SECONDS,
        patience_seconds: float = _PATIENCE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin to load the newest list.

        Args:
            lists: where the newest list is looked for.
            bundled: served until then; its symbols stay, and so does what it says of `complete`.
            check_seconds: how often to look.
            patience_seconds: how long the call that starts a look waits for its outcome.
            clock: seconds.
        """
        self._lists = lists
        self._bundled = bundled
        self._check_seconds = check_seconds
        self._patience_seconds = patience_seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._held = bundled
        self._key: str | None = None
        self._check: threading.Thread | None = None
        self._due = self._looked = clock()
        self._start_check()

    def __call__(self) -> SymbolDirectory:
        """The newest directory, as far as is known."""
        check = self._start_check()
        if check is not None:
            # Most often there is nothing new, and this is told in milliseconds.
            check.join(self._patience_seconds)
        return self._held

    def fresh(self) -> SymbolDirectory:
        """The newest directory; waits some seconds for S3 to tell."""
        with self._lock:
            self._due = min(self._due, self._looked + _NOT_SOONER_SECONDS)
        self._start_check()
        if self._check is not None:
            self._check.join(_LONG_PATIENCE_SECONDS)
        return self._held

    def renewed(self) -> SymbolDirectory:
        """The newest directory for a process that has just stored a list itself."""
        if self._check is not None:
            # It may have begun before the list was there.
            self._check.join(_LONG_PATIENCE_SECONDS)
        with self._lock:
            self._due = self._looked
        return self.fresh()

    def _start_check(self) -> threading.Thread | None:
        with self._lock:
            if self._clock() < self._due or (self._check and self._check.is_alive()):
                return None
            self._looked = self._clock()
            self._due = self._looked + self._check_seconds
            self._check = threading.Thread(target=self._look, name="symbols", daemon=True)
            self._check.start()
            return self._check

    def _look(self) -> None:
        try:
            key = self._lists.current()
            if key is None or key == self._key:
                return
            symbols = merge_lists([self._lists.load(key), self._bundled.symbols])
            directory = SymbolDirectory(symbols, complete=self._bundled.complete)
            directory.prepare()
            self._key, self._held = key, directory
        except Exception as error:  # noqa: BLE001  # whatever it is, the one that is there stays
            # No warning: in a kernel that would be printed on the page.
            _log.info("The symbol list is not renewed: %s: %s", type(error).__name__, error)
