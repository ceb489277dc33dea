"""What a fork of the fork server does to become a kernel like any other."""

import atexit
import contextlib
import os
import random
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import ipykernel.kernelapp
import numpy as np

from stockcast_lib.execution import linux

_FIRST_TO_DIE = "500"
# This kernel dies with its parent as it is: it need not look every second.
_NO_POLLING = "--IPKernelApp.parent_handle=1"


def become_kernel(
    *, argv: Sequence[str], env: Mapping[str, str], cwd: str, quiet: bool, parent: int
) -> None:
    """Run an IPython kernel to its end; returns when it has been shut down.

    Args:
        argv: the kernel's own arguments.
        env: its whole environment.
        cwd: its working directory.
        quiet: whether its own standard output and error go nowhere.
        parent: the fork server's process id.
    """
    os.setsid()
    linux.die_with_parent(parent)
    linux.adopt_orphans()
    linux.set_dumpable(allowed=True)
    _forget_the_server()
    _settle(env, cwd)
    if quiet:
        _silence()
    sys.argv = ["ipykernel_launcher", *argv]
    ipykernel.kernelapp.launch_new_instance([*argv, _NO_POLLING])


def _forget_the_server() -> None:
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    # Else the first kernel that exits would remove the server's temporary files.
    atexit._clear()  # noqa: SLF001  # there is no public way to forget them
    with contextlib.suppress(OSError):  # where /proc is read-only
        Path("/proc/self/oom_score_adj").write_text(_FIRST_TO_DIE, encoding="ascii")


def _silence() -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (1, 2):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)


def _settle(environment: Mapping[str, str], folder: str) -> None:
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    os.chdir(folder)
    random.seed()
    np.random.seed()  # noqa: NPY002  # the global generator, which notebooks use
