"""Which libraries a run was made with, so that its notebook can be understood years later."""

import platform
from functools import cache
from importlib.metadata import version

_LIBRARIES = ("stockcast", "numpy", "pandas", "plotly", "prophet", "scipy")


@cache
def library_versions() -> dict[str, str]:
    """Names and versions; Python's own first. Kernels have this process's libraries."""
    return {"python": platform.python_version(), **{name: version(name) for name in _LIBRARIES}}
