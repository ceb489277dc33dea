"""Becomes the program it is given, tied to the life of the process that started it.

Run by its path with a bare interpreter: it imports nothing of the package and starts in 30 ms.
A function run between fork and exec would do the same, but may deadlock where threads run.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Take the parent's process id and the program with its arguments from the command line."""
    parent, *argv = sys.argv[1:]
    # The interpreter ignores SIGPIPE, and a shell's background job ignores SIGINT: both would
    # pass to the program, and a kernel deaf to SIGINT cannot be interrupted.
    for number in (signal.SIGPIPE, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != int(parent):  # it died before the line above took effect
        raise SystemExit(1)
    try:
        os.execv(argv[0], argv)  # noqa: S606  # no shell is wanted  # nosec B606
    except OSError as error:
        raise SystemExit(f"{argv[0]} cannot be started: {error.strerror}") from None


if __name__ == "__main__":
    main()
