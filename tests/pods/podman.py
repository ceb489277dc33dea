"""podman, as the trials call it."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

_CONFIGURATION = Path(__file__).with_name("containers.conf")
ENVIRONMENT = {"CONTAINERS_CONF": str(_CONFIGURATION)}
_NEEDED = ("podman", "buildah", "runc", "mmdebstrap", "iptables", "nsenter", "kubectl")
_WHAT_TO_DO = (
    "no containers can run here, so nothing was tried ({why}): as root on Linux, apt-get install"
    " podman buildah runc netavark aardvark-dns iptables mmdebstrap, and kubectl"
)


class PodmanFailed(Exception):
    """podman ended with an error."""


def podman(*arguments, seconds=180, **variables):
    """What it prints; with further variables in its environment, where no `ps` shows them.

    Raises:
        PodmanFailed: it ended with an error.
    """
    done = subprocess.run(
        ["podman", *map(str, arguments)],
        env={**os.environ, **ENVIRONMENT, **variables},
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    if done.returncode:
        raise PodmanFailed(f"podman {arguments[0]}: {done.stderr.strip()}")
    return done.stdout.strip()


def succeeds(*arguments, seconds=180):
    """Whether it ends without an error."""
    try:
        podman(*arguments, seconds=seconds)
    except (PodmanFailed, subprocess.TimeoutExpired):
        return False
    return True


def require_containers():
    """Fail, loudly, where none can run."""
    missing = [name for name in _NEEDED if shutil.which(name) is None]
    if missing:
        pytest.fail(_WHAT_TO_DO.format(why=f"{', '.join(missing)} not found"), pytrace=False)
    if os.geteuid():
        pytest.fail(_WHAT_TO_DO.format(why="not root"), pytrace=False)
    try:
        podman("info")
    except (PodmanFailed, subprocess.TimeoutExpired) as error:
        pytest.fail(_WHAT_TO_DO.format(why=error), pytrace=False)
