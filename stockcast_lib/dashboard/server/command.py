"""How the dashboard's server is started; imports nothing of it, and so stays light."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

TEMPLATE = "stockcast"
READY_PATH = "readyz"
LOOPBACK = "127.0.0.1"
# By name, as Jupyter's parts are: the wiring knows the dashboard, and not the other way round.
METRICS = "stockcast_lib.wiring.dashboard_metrics"
ADMISSION = "stockcast_lib.wiring.dashboard_admission"
_JUPYTER_DATA = Path(__file__).resolve().parent.parent
_WAITING_KERNELS = 2
# Not at once: the visitor who took the last one is still loading the page.
_FILL_AFTER_SECONDS = 1.5
# The other extensions are megabytes that this page does not use.
_EXTENSIONS = ("@jupyter-widgets/jupyterlab-manager", "anywidget")
# Of Voilà's own settings, in whichever server it shows the dashboard.
VOILA: Mapping[str, Any] = MappingProxyType({
    "template": TEMPLATE,
    "allow_template_override": "NO",
    "allow_theme_override": "NO",
    "show_tracebacks": False,
    "strip_sources": True,
    # A pattern that nothing matches: nothing beside the notebook is for visitors.
    "file_allowlist": ["$."],
    "extension_allowlist": list(_EXTENSIONS),
})  # fmt: skip


@dataclass(frozen=True)
class Seats:
    """How many may have the dashboard open, and how many kernels wait for visitors."""

    sessions: int
    waiting: int = _WAITING_KERNELS


def dashboard_command(notebook: Path, port: int, seats: Seats, host: str = LOOPBACK) -> list[str]:
    """The command that serves a notebook; it ends on SIGTERM.

    `READY_PATH` tells whether it serves, and takes no kernel as a GET of the page would.
    """
    options = {
        "DashboardApp.ip": host,
        "DashboardApp.port": port,
        # The port was promised to somebody: fail rather than take the next one.
        "DashboardApp.port_retries": 0,
        "DashboardApp.session_limit": seats.sessions,
        "DashboardApp.metrics": METRICS,
        "DashboardApp.admission": ADMISSION,
        "VoilaConfiguration.preheat_kernel": seats.waiting > 0,
        "VoilaConfiguration.default_pool_size": seats.waiting,
        "VoilaKernelManager.fill_delay": _FILL_AFTER_SECONDS,
        # A kernel started again knows nothing of its page: without one, the page loads itself anew.
        "KernelManager.autorestart": False,
    }
    flags = [f"--{name}={value}" for name, value in options.items()]
    for name, value in VOILA.items():
        values = value if isinstance(value, list) else [value]
        flags += [f"--VoilaConfiguration.{name}={each}" for each in values]
    return [sys.executable, "-m", __package__, str(notebook), "--no-browser", *flags]


def dashboard_environment(inherited: Mapping[str, str]) -> dict[str, str]:
    """What the server's environment needs besides the inherited one."""
    # The installation's own folder stays first: Voilà takes its themes from the first it finds.
    installed = str(Path(sys.prefix) / "share" / "jupyter")
    known = inherited.get("JUPYTER_PATH", "").split(os.pathsep)
    others = [path for path in known if path and path not in {installed, str(_JUPYTER_DATA)}]
    return {"JUPYTER_PATH": os.pathsep.join([installed, str(_JUPYTER_DATA), *others])}
