"""A notebook's document: its cells, and the hash that names its code."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stockcast_lib.core.contract.faults import Fault, broken

NotebookDocument = Mapping[str, Any]
REVISION_LENGTH = 16
_PARAMETERS = "parameters"
# papermill puts these into a notebook that it runs.
_ADDED = frozenset({"injected-parameters", "papermill-error-cell-tag"})
_KEPT_OF_METADATA = ("kernelspec", "language_info")


@dataclass(frozen=True)
class Cell:
    """A cell.

    Attributes:
        number: from 1, over all cells.
        kind: code, markdown or raw.
        source: its text.
        tags: in its metadata.
        outputs: of a code cell.
        executed: whether it says when it was executed.
    """

    number: int
    kind: str
    source: str
    tags: tuple[str, ...]
    outputs: tuple[Any, ...]
    executed: bool

    @property
    def has_parameters(self) -> bool:
        """Whether the runner puts a request's parameters after it."""
        return self.kind == "code" and _PARAMETERS in self.tags


def read_notebook(data: bytes, name: str) -> NotebookDocument:
    """The document in a notebook's file.

    Raises:
        ContractBroken: it is no notebook of the present format.
    """
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        document = None
    return checked_document(document, name)


def checked_document(document: Any, name: str) -> NotebookDocument:
    """The same document, once its outline is that of a notebook.

    Raises:
        ContractBroken: it is no notebook of the present format.
    """
    if isinstance(document, dict) and document.get("nbformat") == 4:  # noqa: PLR2004
        cells = document.get("cells")
        if isinstance(cells, list) and all(map(_is_cell, cells)):
            return document
    fault = Fault(None, "it is no Jupyter notebook of format 4", "save it anew from JupyterLab")
    raise broken(name, [fault])


def _is_cell(cell: Any) -> bool:
    return (
        isinstance(cell, dict)
        and isinstance(cell.get("cell_type"), str)
        and isinstance(cell.get("metadata", {}), dict)
        and isinstance(cell.get("outputs", []), list)
        and _is_source(cell.get("source", ""))
    )


def _is_source(source: Any) -> bool:
    if isinstance(source, list):
        return all(isinstance(line, str) for line in source)
    return isinstance(source, str)


def cells_of(document: NotebookDocument) -> tuple[Cell, ...]:
    """Its cells, in order."""
    return tuple(
        Cell(
            number=number,
            kind=cell["cell_type"],
            source=_text(cell.get("source", "")),
            tags=tuple(map(str, cell.get("metadata", {}).get("tags", ()))),
            outputs=tuple(cell.get("outputs", ())),
            executed=cell.get("execution_count") is not None,
        )
        for number, cell in enumerate(document["cells"], start=1)
    )


def code_revision(document: NotebookDocument) -> str:
    """What names this notebook's code, and tells it from any other's.

    The code cells alone count, and which of them holds the parameters: neither text, nor outputs,
    nor space at the ends of lines. So the same code has the same revision wherever it is saved.
    """
    code = [
        [cell.has_parameters, [line.rstrip() for line in cell.source.strip().splitlines()]]
        for cell in cells_of(document)
        if cell.kind == "code" and cell.source.strip()
    ]
    return hashlib.sha256(json.dumps(code).encode()).hexdigest()[:REVISION_LENGTH]


def stripped(document: NotebookDocument) -> dict[str, Any]:
    """The document as it is stored: what it was made with, and nothing of its runs."""
    metadata = document.get("metadata") or {}
    return {
        "cells": [_stripped_cell(cell, each) for cell, each in _pairs(document)],
        "metadata": {name: metadata[name] for name in _KEPT_OF_METADATA if name in metadata},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _pairs(document: NotebookDocument) -> list[tuple[Cell, Mapping[str, Any]]]:
    return list(zip(cells_of(document), document["cells"], strict=True))


def _stripped_cell(cell: Cell, original: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {
        "id": str(original.get("id") or f"cell-{cell.number}"),
        "cell_type": cell.kind,
        "metadata": {"tags": list(cell.tags)} if cell.tags else {},
        "source": cell.source,
    }
    return {**kept, "execution_count": None, "outputs": []} if cell.kind == "code" else kept


def _text(source: str | list[str]) -> str:
    return source if isinstance(source, str) else "".join(source)


def failed_cell(executed: NotebookDocument) -> int | None:
    """The number of the cell that raised, as it is numbered in the notebook that was run."""
    own = [cell for cell in cells_of(executed) if not _ADDED.intersection(cell.tags)]
    for number, cell in enumerate(own, start=1):
        if any(isinstance(each, dict) and each.get("output_type") == "error"
               for each in cell.outputs):  # fmt: skip
            return number
    return None
