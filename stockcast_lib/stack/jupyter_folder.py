"""What a Jupyter server beside a small stack reads: plain kernels, and Voilà with our template."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from stockcast_lib.dashboard.server.command import VOILA, dashboard_environment
from stockcast_lib.execution import kernelspec_file
from stockcast_lib.stack.lab import LAB

# In seconds. A page that is closed or loaded anew leaves its kernel to the server.
_ALONE, _LOOK = 60, 10
# What Voilà's own main module shows widgets with.
_MANAGER = "@voila-dashboards/widgets-manager8"
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}


def jupyter_environment(folder: Path, inherited: Mapping[str, str]) -> dict[str, str]:
    """Write the files, and what makes Jupyter, and any that start kernels, read them first."""
    _write(folder / "kernels" / "stockcast" / "kernel.json", _plain_kernel())
    # JupyterLab reads its own file alone, and hands its server what is the server's.
    for name in ("jupyter_server_config.json", "jupyter_lab_config.json"):
        _write(folder / name, _configuration())
    paths = dashboard_environment(inherited)
    paths["JUPYTER_CONFIG_PATH"] = inherited.get("JUPYTER_CONFIG_PATH", "")
    return {name: _first(folder, known) for name, known in paths.items()}


def _plain_kernel() -> dict[str, Any]:
    """The usual kernel but for its provisioner, which keeps a warm process to fork from."""
    known: dict[str, Any] = json.loads(kernelspec_file().read_text(encoding="utf-8"))
    del known["metadata"]["kernel_provisioner"]
    return {**known, "env": {**known["env"], **_ONE_THREAD}}


def _configuration() -> dict[str, Any]:
    return {
        "VoilaConfiguration": {
            **VOILA,
            "extension_allowlist": [*VOILA["extension_allowlist"], _MANAGER],
        },
        # Else Voilà's own main module would ask another host for it; no formula is shown.
        "ServerApp": {"tornado_settings": {"mathjax_url": ""}},
        "MappingKernelManager": {"cull_idle_timeout": _ALONE, "cull_interval": _LOOK},
        **LAB,
    }


def _write(path: Path, document: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=1), encoding="utf-8")


def _first(folder: Path, known: str) -> str:
    return os.pathsep.join(filter(None, (str(folder.absolute()), known)))
