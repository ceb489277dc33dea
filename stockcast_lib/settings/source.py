"""Where values come from, besides the environment itself."""

import os
from pathlib import Path

from dotenv import dotenv_values

DATA_DIR = Path(".stockcast")
STACK_ENV = "stack.env"


def running_stack(start: Path) -> Path | None:
    """The file of the local stack that runs in a folder or above it."""
    folders = (start, *start.parents)
    candidates = (folder / DATA_DIR / STACK_ENV for folder in folders)
    return next((path for path in candidates if path.is_file()), None)


def files_are_off() -> bool:
    """Whether the environment alone counts."""
    return os.environ.get("STOCKCAST_ENV_FILES") == "off"


def own_files() -> tuple[Path, ...]:
    """What stands in the working directory, without a running stack's."""
    return () if files_are_off() else (Path(".env"),)


def env_files() -> tuple[Path, ...]:
    """All of them, those that count more last."""
    stack = None if files_are_off() else running_stack(Path.cwd())
    return (*((stack,) if stack else ()), *own_files())


def env_file_values() -> dict[str, str]:
    """What the files say."""
    files = [dotenv_values(path) for path in env_files()]
    return {name: value for file in files for name, value in file.items() if value is not None}
