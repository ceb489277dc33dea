"""The scripts that a page needs at once: Voilà's chunks in one file, and plotly's own."""

from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from traitlets.log import get_logger

from stockcast_lib.dashboard.server.assets import Asset, asset, file_asset, find_file

_CHUNKS = Path(__file__).with_name("chunks.txt")
PLOTLY = "plotly.min.js"
CHUNKS = "chunks.js"


@cache
def plotly_script() -> Asset | None:
    """The plotly.min.js of the installed plotly, which need not be imported for it."""
    spec = find_spec("plotly")
    folders = spec.submodule_search_locations if spec else None
    found = find_file([Path(folder, "package_data") for folder in folders or ()], PLOTLY)
    if found is None:
        get_logger().error("The installed plotly has no %s.", PLOTLY)
        return None
    return file_asset(found)


def chunks_script(folders: Sequence[Path | str], labextensions: Sequence[Path | str]) -> Asset:
    """The chunks that every page loads, in one file.

    Webpack would find out step by step which it needs, and ask for each by itself: some 30
    requests, one after the other for the most part. A chunk that is there already it does not ask
    for. What another version of a package no longer has is left out, and asked for when needed.
    """
    parts = []
    for line in _CHUNKS.read_text().split():
        kind, _, name = line.partition("/")
        found = find_file(folders if kind == "static" else labextensions, name)
        if found is None:
            get_logger().warning("There is no %s: pages will open a little slower.", line)
        else:
            # A scope of its own: "use strict" at the top of one must not hold for the next.
            parts.append(b"(() => {" + found.read_bytes() + b"\n})();\n")
    return asset(b"".join(parts), CHUNKS)
