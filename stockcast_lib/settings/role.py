"""What every role's settings share: how they are read, and what is said of what is wrong."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from stockcast_lib.core.errors import BadSettings
from stockcast_lib.settings.source import (
    DATA_DIR,
    env_files,
    files_are_off,
    own_files,
    running_stack,
)


class Role(BaseSettings):
    """What one kind of process needs to be told."""

    model_config = SettingsConfigDict(
        env_prefix="STOCKCAST_", env_ignore_empty=True, extra="ignore", frozen=True
    )

    @classmethod
    def read(cls) -> Self:
        """Read this role's settings.

        Raises:
            BadSettings: in one line, naming each variable that is missing or wrong.
        """
        return cls._read(env_files())

    @classmethod
    def read_outer(cls) -> Self:
        """Read them without what a running local stack has written.

        Raises:
            BadSettings: as `read` does.
        """
        return cls._read(own_files())

    @classmethod
    def check_outer(cls) -> None:
        """Check what is set of them, as `read_outer` reads it; what is not set is not wrong.

        Raises:
            BadSettings: in one line, naming each variable that is wrong.
        """
        try:
            cls(_env_file=own_files())
        except ValidationError as error:
            wrong = [fault for fault in error.errors() if fault["type"] != "missing"]
            if wrong:
                raise BadSettings(_wrong(wrong)) from None

    @classmethod
    def _read(cls, files: tuple[Path, ...]) -> Self:
        try:
            return cls(_env_file=files)
        except ValidationError as error:
            faults: list[Any] = error.errors()
        if all(fault["type"] == "missing" for fault in faults):
            raise BadSettings(_not_set(*map(_variable, faults)))
        raise BadSettings(_wrong(faults))


_WHAT_TO_DO = "Start everything with `make run`, or see .env.sample."


def _wrong(faults: Iterable[Any]) -> str:
    return f"{'; '.join(map(_describe, faults))}. {_WHAT_TO_DO}"


def _not_set(*variables: str) -> str:
    if files_are_off() or running_stack(Path.cwd()):
        return f"{'; '.join(f'{name} is not set' for name in variables)}. {_WHAT_TO_DO}"
    return (
        f"No running stack was found from {Path.cwd()} upward: run this in the folder where "
        f"`stockcast up` runs, which holds {DATA_DIR}, or set {' and '.join(variables)}."
    )


def _variable(fault: Any) -> str:
    name = str(fault["loc"][0])
    return name if name.isupper() else f"STOCKCAST_{name.upper()}"


def _describe(fault: Any) -> str:
    if fault["type"] == "missing":
        return f"{_variable(fault)} is not set"
    return f"{_variable(fault)} is wrong: {fault['msg'].removeprefix('Value error, ')}"
