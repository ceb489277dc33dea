"""Runs notebooks: one clean kernel a run, its limits kept, its outcome told truly."""

from pathlib import Path


def kernelspec_file() -> Path:
    """The kernelspec `stockcast`, as it is installed for Jupyter."""
    return Path(__file__).with_name("kernelspec") / "kernel.json"
