"""Tells somebody at a console what is waited for."""

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence

from rich.console import Console

_LINE_EVERY_SECONDS = 10.0
_Tell = Callable[[Sequence[str]], None]


@contextlib.contextmanager
def told_wait(console: Console, clock: Callable[[], float] = time.monotonic) -> Iterator[_Tell]:
    """Gives what is to be called again and again with the names of those waited for.

    A terminal has one line that changes; anything else, a line every ten seconds.
    """
    began = clock()

    def text(names: Sequence[str]) -> str:
        return f"Waiting for {', '.join(names)} ({clock() - began:.0f} s)"

    if not console.is_interactive:
        yield _seldom(lambda names: console.print(text(names)), clock)
        return
    with console.status("") as status:
        yield lambda names: status.update(text(names))


def _seldom(tell: _Tell, clock: Callable[[], float]) -> _Tell:
    told_at = clock()

    def seldom(names: Sequence[str]) -> None:
        nonlocal told_at
        if clock() - told_at >= _LINE_EVERY_SECONDS:
            told_at = clock()
            tell(names)

    return seldom
