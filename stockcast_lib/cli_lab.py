"""The `stockcast lab` command."""

import os
from typing import Annotated

import typer


def lab(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8888,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Open no browser.")] = False,
) -> None:
    """Open JupyterLab on the notebooks, beside the running stack, until Ctrl-C."""
    from stockcast_lib.settings import NotebookSettings
    from stockcast_lib.stack.lab import lab_argv, lab_environment

    argv = lab_argv(NotebookSettings.read().notebooks_dir, port, browser=not no_browser)
    # In this process's place, so that signals reach the server itself.
    os.execve(argv[0], argv, lab_environment())  # noqa: S606  # nosec B606
