"""A kernel's start says nothing on the terminal of whoever starts it."""

import contextlib

import pytest

from stockcast_lib.execution import provisioner
from stockcast_lib.execution.fork_client import ForkFailed, ForkServer
from tests.execution.kernels import environment, jupyter_kernel, outputs

pytestmark = [pytest.mark.kernels, pytest.mark.timeout(60)]
# Else what the kernel's own start says goes to its clients only, and they come later.
SHOWN = ["--IPKernelApp.quiet=False"]
WARNING = "frozen modules"


def test_the_fork_server_is_not_warned_of_by_the_debugger(capfd):
    with contextlib.closing(ForkServer("")) as server:
        server.start(environment())
    assert WARNING not in capfd.readouterr().err


def test_a_plain_kernel_is_not_warned_of_by_the_debugger(capfd, monkeypatch):
    def no_fork(*_, **__):
        raise ForkFailed("not now")

    monkeypatch.setattr(provisioner.ForkProvisioner, "_fork", no_fork)
    with jupyter_kernel(extra_arguments=SHOWN) as (_, client):
        outputs(client, "import sys; print('shown', file=sys.stderr, flush=True)")
    said = capfd.readouterr().err
    assert "shown" in said
    assert WARNING not in said
