"""What bounds a kernel's processes before anybody looks at them."""

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from stockcast_lib.execution.limits import Limits
from stockcast_lib.execution.process_limit import SPARE_TASKS, Means, limit_processes, means
from stockcast_lib.execution.ready_kernel import KernelRecipe, ReadyKernel, shared_context
from stockcast_lib.settings import kernel_environment
from tests.servers import REPOSITORY

pytestmark = [pytest.mark.kernels, pytest.mark.timeout(60)]

MOST, ASKED = 16, 200
# None of the children forks, and each ends by itself: nothing here can take the machine along.
FORKS = f"""
import os, time
started = []
try:
    for _ in range({ASKED}):
        if (pid := os.fork()) == 0:
            time.sleep(30)
            os._exit(0)
        started.append(pid)
finally:
    print(len(started), flush=True)
"""
NOBODY = 65534
BOUNDED_BY_THE_USER = f"""
import os, signal, sys
from stockcast_lib.execution import process_limit
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid({NOBODY})
    os.setuid({NOBODY})
process_limit._parent_of_groups = lambda: None
assert process_limit.means() is process_limit.Means.USER
limit = process_limit.limit_processes(os.getpid(), {MOST})
try:
    exec(sys.argv[1])
except BlockingIOError as error:
    print(limit.refused(type(error).__name__))
for pid in started:
    os.kill(pid, signal.SIGKILL)
"""

needs_groups = pytest.mark.skipif(
    means() is not Means.GROUP, reason="no control group can be made here"
)


async def forked(kernel):
    """How many children a kernel got, and the error that ended it."""
    told, error = [], None

    def heard(message):
        nonlocal error
        if "text" in message["content"]:
            told.append(message["content"]["text"])
        error = message["content"].get("ename", error)

    await kernel.client.execute_interactive(FORKS, timeout=30, output_hook=heard)
    return int("".join(told)), error


def group_of(pid):
    lines = Path(f"/proc/{pid}/cgroup").read_text().splitlines()
    return next((line for line in lines if "/stockcast-" in line), None)


def groups_left():
    return list(Path("/sys/fs/cgroup").glob(f"*/stockcast-{os.getpid()}-*"))


@needs_groups
def test_a_kernel_is_refused_what_is_beyond_its_limit_and_leaves_nothing():
    async def run():
        recipe = KernelRecipe(
            "stockcast", kernel_environment("forecast"), Limits(processes=MOST), shared_context()
        )
        kernel = await ReadyKernel.start(recipe)
        assert group_of(kernel.process.pid), "the kernel has no group of its own"
        before = psutil.Process(kernel.process.pid).num_threads()
        count, error = await forked(kernel)
        family = psutil.Process(kernel.process.pid).children(recursive=True)
        refused = kernel.process_limit.refused(error)
        await kernel.dispose()
        recipe.context.destroy(linger=0)
        return before, count, error, family, refused

    before, count, error, family, refused = asyncio.run(run())
    assert error == "BlockingIOError"
    assert refused
    assert MOST - 1 <= count <= MOST + SPARE_TASKS - before
    assert len(family) == count
    assert not any(each.is_running() for each in family)
    assert groups_left() == []


@needs_groups
def test_all_in_a_group_are_killed_at_once_sessions_of_their_own_too():
    starts = "import subprocess as s, time; s.Popen(['sleep', '30'], start_new_session=True);"
    with subprocess.Popen([sys.executable, "-c", "input();" + starts + "time.sleep(30)"],
                          stdin=subprocess.PIPE) as process:  # fmt: skip
        limit = limit_processes(process.pid, MOST)
        process.stdin.write(b"\n")
        process.stdin.flush()
        parent, deadline = psutil.Process(process.pid), time.monotonic() + 10
        while not (children := parent.children()):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        limit.kill()
        assert process.wait(5) == -9
        psutil.wait_procs(children, 5)
        assert not any(each.is_running() and each.status() != "zombie" for each in children)
        limit.close()


def test_where_no_group_can_be_made_the_user_s_limit_holds():
    done = subprocess.run(
        [sys.executable, "-c", BOUNDED_BY_THE_USER, FORKS],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=40,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    count, refused = done.stdout.split()
    assert int(count) <= MOST + SPARE_TASKS
    assert refused == "True"


def test_only_what_the_limit_can_cause_is_put_down_to_it():
    process = subprocess.Popen(["sleep", "30"])
    limit = limit_processes(process.pid, MOST)
    assert not limit.refused("ValueError")
    assert not limit.refused("RuntimeError")
    process.kill()
    process.wait()
    limit.close()
