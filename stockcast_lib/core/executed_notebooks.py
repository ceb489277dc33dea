"""An executed notebook's file, and what its cells displayed."""

import json
from collections.abc import Mapping
from typing import Any


def notebook_file(notebook: Mapping[str, Any]) -> bytes:
    """The file of a notebook. nbformat would give each number of a figure a line of its own."""
    return json.dumps(notebook, ensure_ascii=False, separators=(",", ":")).encode()


def displayed_bundles(notebook: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
    """The MIME bundles that its cells displayed, in order."""
    return tuple(
        dict(output["data"])
        for cell in notebook["cells"]
        if cell["cell_type"] == "code"
        for output in cell["outputs"]
        if "data" in output
    )
