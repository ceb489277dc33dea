"""`stockcast demo`: a small stack beside one Jupyter server, such as a Binder session's.

Redis, S3 and one worker for both stages, with plain kernels that are started when they are needed:
half a gigabyte and one core must do. There is no gateway, so nothing can be published, and no
dashboard of its own: the Jupyter server shows it.
"""

import os
import shlex
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from stockcast_lib.core.jobs import Stage
from stockcast_lib.execution import linux
from stockcast_lib.settings import VendorSettings, check_outer_settings, outer_environment
from stockcast_lib.stack.data_folder import announced
from stockcast_lib.stack.jupyter_folder import jupyter_environment
from stockcast_lib.stack.network import free_ports
from stockcast_lib.stack.running import Running, running
from stockcast_lib.stack.servers import stage_addresses, worker_child
from stockcast_lib.stack.stores import prepared_stores, server_environment

_SMALL = {"STOCKCAST_KERNELS_AHEAD": "false", "STOCKCAST_KERNEL_MEMORY_MB": "1024"}


def run_demo(data_dir: Path) -> None:
    """Run until the process that started this one ends. Call it from the main thread.

    Once all is ready, what that process is to have in its environment is printed as commands for a
    shell, and the standard output closed.

    Raises:
        BadSettings: something must be changed before it can start.
        StackFailed: a part did not start.
    """
    parent = os.getppid()
    with running(data_dir) as parts:
        if linux.AVAILABLE:
            linux.die_with_parent(parent, signal.SIGTERM)
        _run(parts)


def _run(parts: Running) -> None:
    check_outer_settings()
    market = VendorSettings.read_outer().announced()
    stores, environment = prepared_stores(parts.folder, small=True)
    ports = dict(zip((Stage.INGEST, Stage.FORECAST), free_ports(2), strict=True))
    environment = {**environment, **stage_addresses(ports), **market}
    jupyter = jupyter_environment(parts.folder / "jupyter", outer_environment())
    worker = worker_child("worker", ports, server_environment({**environment, **jupyter, **_SMALL}))
    if not (parts.start(stores) and parts.start([worker])):
        return
    with announced(parts.folder, environment):
        _hand_over({**environment, **jupyter})
        parts.supervisor.watch()


def _hand_over(environment: Mapping[str, str]) -> None:
    for name, value in sorted(environment.items()):
        sys.stdout.write(f"export {name}={shlex.quote(value)}\n")
    sys.stdout.flush()
    # Whoever reads waits for the end.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
