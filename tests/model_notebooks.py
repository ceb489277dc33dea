"""Model notebooks for the tests: the bundled one, and changes of it."""

import copy
import json
from pathlib import Path
from typing import Any

BUNDLED = Path(__file__).resolve().parents[1] / "notebooks" / "forecast.ipynb"
PARAMETERS, IMPORTS, PRICES, MODEL, REPORT = 1, 2, 3, 4, 5


def bundled() -> dict[str, Any]:
    """The document of the bundled forecast notebook."""
    return json.loads(BUNDLED.read_text(encoding="utf-8"))


def changed(at: int, source: str, *, document: dict[str, Any] | None = None) -> dict[str, Any]:
    """The notebook with another source in one cell, counted from 0."""
    made = copy.deepcopy(document or bundled())
    made["cells"][at]["source"] = source
    return made


def source_of(at: int) -> str:
    """What the bundled notebook holds in one cell."""
    return "".join(bundled()["cells"][at]["source"])


def replaced(at: int, old: str, new: str) -> dict[str, Any]:
    """The notebook with a text replaced in one cell."""
    source = source_of(at)
    assert old in source
    return changed(at, source.replace(old, new))


def before_the_report(code: str) -> dict[str, Any]:
    """The notebook with code before what it displays last."""
    return changed(REPORT, f"{code}\n{source_of(REPORT)}")


def written(folder: Path, document: dict[str, Any], name: str = "model.ipynb") -> Path:
    """The notebook as a file."""
    path = folder / name
    path.write_text(json.dumps(document), encoding="utf-8")
    return path
