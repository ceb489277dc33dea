"""How Voilà serves the dashboard."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

TEMPLATE = "stockcast"
PROBE_PATH = "voila/static/voila.js"
_JUPYTER_DATA = Path(__file__).resolve().parent
_CULL_AFTER_SECONDS = 600
_CULL_EVERY_SECONDS = 60
# The other extensions are megabytes that this page does not use.
_EXTENSIONS = (
    "@jupyter-widgets/jupyterlab-manager",
    "@voila-dashboards/widgets-manager8",
    "anywidget",
)


def voila_command(notebook: Path, port: int) -> list[str]:
    """The command that serves a notebook on loopback; it ends on SIGTERM.

    A readiness probe must ask for `PROBE_PATH`: each GET of the page itself takes a kernel.
    """
    options = {
        "Voila.ip": "127.0.0.1",
        "Voila.port": port,
        # The port was promised to somebody: fail rather than take the next one.
        "Voila.port_retries": 0,
        "VoilaConfiguration.template": TEMPLATE,
        "VoilaConfiguration.allow_template_override": "NO",
        "VoilaConfiguration.allow_theme_override": "NO",
        "VoilaConfiguration.show_tracebacks": False,
        "VoilaConfiguration.strip_sources": True,
        "VoilaConfiguration.preheat_kernel": True,
        "VoilaConfiguration.default_pool_size": 1,
        # A pattern that nothing matches: nothing beside the notebook is for visitors.
        "VoilaConfiguration.file_allowlist": "$.",
        "MappingKernelManager.cull_idle_timeout": _CULL_AFTER_SECONDS,
        "MappingKernelManager.cull_interval": _CULL_EVERY_SECONDS,
        "MappingKernelManager.cull_connected": False,
    }
    flags = [f"--{name}={value}" for name, value in options.items()]
    flags += [f"--VoilaConfiguration.extension_allowlist={name}" for name in _EXTENSIONS]
    return [sys.executable, "-m", "voila", str(notebook), "--no-browser", *flags]


def voila_environment(inherited: Mapping[str, str]) -> dict[str, str]:
    """What Voilà's environment needs besides the inherited one."""
    # The installation's own folder stays first: Voilà takes its themes from the first it finds.
    installed = str(Path(sys.prefix) / "share" / "jupyter")
    known = inherited.get("JUPYTER_PATH", "").split(os.pathsep)
    others = [path for path in known if path and path not in {installed, str(_JUPYTER_DATA)}]
    return {"JUPYTER_PATH": os.pathsep.join([installed, str(_JUPYTER_DATA), *others])}
