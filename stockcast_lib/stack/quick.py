"""Runs a Python module as `python -m` does, without an import that costs seconds and is not used.

`python -m stockcast_lib.stack.quick MODULE ARGUMENTS…`. Every program that imports nbformat
imports jsonschema's checks of format, and one of them, for IRIs, builds a grammar for 2.4 s of
processor time. jsonschema leaves the check out where it cannot be imported; no notebook and no
Jupyter event has such a field.
"""

import runpy
import sys
from collections.abc import Sequence
from typing import Any


def quick(command: Sequence[str]) -> list[str]:
    """The command `python -m MODULE …`, started this way."""
    python, flag, *module = command
    if flag != "-m":
        raise ValueError(f"{command} does not run a module")
    return [python, "-m", __name__, *module]


def main() -> None:
    """Take the module and its arguments from the command line."""
    modules: dict[str, Any] = sys.modules
    modules["rfc3987_syntax"] = None
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
