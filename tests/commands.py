"""The `stockcast` command, in a process of its own."""

import subprocess
import sys

from tests.servers import clean_environment


def run(folder, *arguments, seconds=120):
    """Python with arguments, from a folder."""
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=clean_environment(), capture_output=True,
        text=True, check=False, timeout=seconds,
    )  # fmt: skip


def stockcast(folder, *arguments, seconds=120):
    """The command with arguments, from a folder."""
    return run(folder, "-m", "stockcast_lib.cli", *arguments, seconds=seconds)


def refusal(process):
    """The exit status and the one line of a call that failed."""
    assert process.stdout == ""
    assert process.stderr.startswith("stockcast: ")
    assert process.stderr.count("\n") == 1
    return process.returncode, process.stderr
