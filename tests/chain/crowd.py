"""Very many connections that ask for nothing, as a process, for each needs a descriptor.

    python -m tests.chain.crowd PORT COUNT BEGIN

Of each three the first says nothing, the second half of what it might, and the third goes on saying
it, a byte every few seconds. Prints one line of JSON when all are open, and another when the server
has closed all, with the seconds that the last took.
"""

import contextlib
import itertools
import json
import resource
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

from tests.servers import REPOSITORY, clean_environment

_DRIP_SECONDS = 5.0
_LONGEST = 200.0


def main(port: int, count: int, begin: bytes) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    opened, began = selectors.DefaultSelector(), time.monotonic()
    dripping = []
    for number in range(count):
        one = socket.create_connection(("127.0.0.1", port), 60)
        opened.register(one, selectors.EVENT_READ)
        if number % 3 == 1:
            one.sendall(begin)
        elif number % 3 == 2:
            dripping.append(one)
    _say({"opened": count, "seconds": time.monotonic() - began})
    _wait_for_all_ends(opened, dripping)
    _say({"seconds": time.monotonic() - began})


def _wait_for_all_ends(opened: selectors.BaseSelector, dripping: list[socket.socket]) -> None:
    deadline, due = time.monotonic() + _LONGEST, time.monotonic()
    letters = itertools.cycle(b"GET /healthz HTTP/1.1")
    while opened.get_map() and time.monotonic() < deadline:
        if time.monotonic() >= due:
            due, letter = time.monotonic() + _DRIP_SECONDS, bytes([next(letters)])
            for one in dripping:
                with contextlib.suppress(OSError):
                    one.send(letter)
        for key, _ in opened.select(0.5):
            if _has_ended(key.fileobj):
                opened.unregister(key.fileobj)
                key.fileobj.close()


def _has_ended(one: socket.socket) -> bool:
    with contextlib.suppress(ConnectionError):
        return not one.recv(65536)
    return True


def _say(what: object) -> None:
    print(json.dumps(what), flush=True)  # noqa: T201


@contextlib.contextmanager
def crowd(port: int, count: int, begin: str) -> Iterator["subprocess.Popen[str]"]:
    """The process, once all are open."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.chain.crowd", str(port), str(count), begin],
        cwd=REPOSITORY, env=clean_environment(), stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        try:
            yield process
        finally:
            process.kill()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3].encode())
