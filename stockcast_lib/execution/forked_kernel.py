"""What a fork of the fork server does to become a kernel like any other."""

import atexit
import contextlib
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType, SimpleNamespace
from typing import Any

import ipykernel.ipkernel
import ipykernel.kernelapp
import numpy as np

from stockcast_lib.execution import linux
from stockcast_lib.execution.confinement import Confinement, confine

_FIRST_TO_DIE = "500"
# On a busy machine whoever answers at once, as gateway and Redis do, comes before who computes.
_NICENESS = 5
# This kernel dies with its parent as it is: it need not look every second.
_NO_POLLING = "--IPKernelApp.parent_handle=1"
# pandas shows so many where there is no terminal.
_COLUMNS = 20
_LOAD_THIS = f"--IPKernelApp.extra_extensions={__name__}"


def become_kernel(
    *,
    argv: Sequence[str],
    env: Mapping[str, str],
    cwd: str,
    quiet: bool,
    confinement: Mapping[str, Any] | None,
    parent: int,
) -> None:
    """Run an IPython kernel to its end; returns when it has been shut down.

    Args:
        argv: the kernel's own arguments.
        env: its whole environment.
        cwd: its working directory.
        quiet: whether its own standard output and error go nowhere.
        confinement: what alone it may reach, as `Confinement` says it; None where it may all.
        parent: the fork server's process id.
    """
    os.setsid()
    linux.give_way(_NICENESS)
    linux.die_with_parent(parent)
    linux.adopt_orphans()
    linux.set_dumpable(allowed=True)
    _forget_the_server()
    _settle(env, cwd)
    if quiet:
        _silence()
    if confinement is not None:
        confine(Confinement.of(confinement), cwd, argv)
    sys.argv = ["ipykernel_launcher", *argv]
    app: Any = ipykernel.kernelapp.IPKernelApp.instance()
    with _modules_as_noted():
        app.initialize([*argv, _NO_POLLING, _LOAD_THIS])
    app.start()
    _finish_the_answer()
    _end_as_python_does()


def note_modules() -> None:
    """Note the files of all modules, before kernels are forked."""
    found = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
    _noted.modules = {file: SimpleNamespace(__file__=file) for file in found if file}


class _NotedModules:
    """Stands for `sys` while ipykernel lists the files of all modules, which its debugger skips.

    To look at a module is to copy the page that it lies on: 11 MB in each kernel.
    """

    modules: Mapping[str, Any] = MappingProxyType({})

    def __getattr__(self, name: str) -> Any:
        return getattr(sys, name)


_noted = _NotedModules()


@contextlib.contextmanager
def _modules_as_noted() -> Iterator[None]:
    where: Any = ipykernel.ipkernel
    where.sys = _noted
    try:
        yield
    finally:
        where.sys = sys


def load_ipython_extension(shell: Any) -> None:
    """Tell libraries of the shell: they were imported when there was none. IPython calls this."""
    if pandas := sys.modules.get("pandas"):
        pandas.set_option("display.max_columns", _COLUMNS)
    if matplotlib := sys.modules.get("matplotlib"):
        matplotlib.rcParams["backend"] = os.environ["MPLBACKEND"]
    if ipywidgets := sys.modules.get("ipywidgets"):
        ipywidgets.load_ipython_extension(shell)
    if "plotly.io._renderers" in sys.modules:
        renderer = os.environ.get("PLOTLY_RENDERER", "plotly_mimetype")
        sys.modules["plotly.io"].renderers.default = renderer


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
    # IPython itself does not, where Python was started with -P.
    sys.path.insert(_first_of_the_packages(), "")
    random.seed()
    np.random.seed()  # noqa: NPY002  # the global generator, which notebooks use


def _first_of_the_packages() -> int:
    names = ("site-packages", "dist-packages")
    return next((i for i, path in enumerate(sys.path) if path.endswith(names)), len(sys.path))


def _finish_the_answer() -> None:
    # The thread that answers the shutdown flushes its output through another thread. The kernel's
    # exit function ends that one first: were it done at once, the flush could wait for ever.
    answering = ipykernel.kernelapp.IPKernelApp.instance().control_thread
    if answering is not None:
        answering.stop()
        answering.join()


def _end_as_python_does() -> None:
    # Python's own way out would first unwind the server's stack, which lies below this one.
    threading._shutdown()  # type: ignore[attr-defined]  # noqa: SLF001
    atexit._run_exitfuncs()  # noqa: SLF001
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
