"""JupyterLab on the notebooks, beside a running stack."""

import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Any

from stockcast_lib.core.errors import BadSettings
from stockcast_lib.settings import QueueSettings, StoreSettings, client_environment
from stockcast_lib.stack.network import LOOPBACK

KERNEL = "stockcast"
LAB: Mapping[str, Mapping[str, Any]] = MappingProxyType({
    # What is new in JupyterLab is of no matter here, and would be asked of another host.
    "LabApp": {
        "check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
        "news_url": None,
        "extension_manager": "readonly",
    },
    "MultiKernelManager": {"default_kernel_name": KERNEL},
    "KernelSpecManager": {"ensure_native_kernel": False},
})  # fmt: skip


def lab_argv(notebooks: Path, port: int, *, browser: bool) -> list[str]:
    """What serves the notebooks, and takes SIGINT and SIGTERM.

    Args:
        notebooks: the folder.
        port: the next free one is taken where it is in use, as JupyterLab says.
        browser: whether to open one.

    Raises:
        BadSettings: there are no notebooks, or JupyterLab is not installed.
    """
    if not notebooks.is_dir():
        raise BadSettings(
            f"{notebooks} is missing: set STOCKCAST_NOTEBOOKS_DIR to the folder of the notebooks."
        )
    if find_spec("jupyterlab") is None:
        raise BadSettings("JupyterLab is not installed: install stockcast[lab].")
    options = {
        "ServerApp.ip": LOOPBACK,
        "ServerApp.root_dir": notebooks.resolve(),
        "ServerApp.port": port,
        "ServerApp.open_browser": browser,
        # It listens on loopback alone and asks for a token; in a container the user may be root.
        "ServerApp.allow_root": True,
    }
    flags = [f"--{name}={value}" for name, value in options.items()]
    flags += [
        f"--{kind}.{name}={value}" for kind, own in LAB.items() for name, value in own.items()
    ]
    return [sys.executable, "-m", "jupyterlab", *flags]


def lab_environment() -> Mapping[str, str]:
    """What the server and, from it, the kernels are told of the running stack.

    An analyst's kernel is a client of the service as the command line is: it has neither the
    vendors' keys nor what only servers are told.

    Raises:
        BadSettings: no stack runs from here upward, and none is named by the environment.
    """
    QueueSettings.read()
    StoreSettings.read()
    return client_environment()
