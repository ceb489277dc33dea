"""All rules that can be checked without running the notebook."""

import ast
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from stockcast_lib.core.contract.faults import Fault
from stockcast_lib.core.contract.notebook import Cell, NotebookDocument, cells_of, stripped
from stockcast_lib.core.contract.parameters import extra_parameters, read_parameters
from stockcast_lib.core.contract.secrets import find_secrets

# In bytes, without outputs; a request to publish it must fit into a request's body.
LARGEST_NOTEBOOK = 48 * 1024


@dataclass(frozen=True)
class Contract:
    """What was found.

    Attributes:
        faults: in the order of the cells.
        parameters: the defaults of the parameters cell, by name.
        extras: those of them that no request sets.
    """

    faults: tuple[Fault, ...]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    extras: tuple[str, ...] = ()


def check_contract(document: NotebookDocument) -> Contract:
    """Check a notebook against the contract.

    Args:
        document: from `read_notebook`.
    """
    cells = cells_of(document)
    code = [cell for cell in cells if cell.kind == "code" and cell.source.strip()]
    unreadable = [fault for cell in code if (fault := _syntax_fault(cell))]
    broken = {fault.cell for fault in unreadable}
    defaults, of_parameters = _parameters(code, broken)
    faults = [
        *_of_the_whole(document),
        *unreadable,
        *of_parameters,
        *_ending_faults(code, broken),
        *(fault for cell in cells for fault in _leftovers(cell)),
        *(fault for cell in cells for fault in _secret_faults(cell)),
    ]
    ordered = sorted(faults, key=lambda fault: fault.cell or 0)
    return Contract(tuple(ordered), defaults, extra_parameters(defaults))


def _of_the_whole(document: NotebookDocument) -> Iterator[Fault]:
    metadata = document.get("metadata")
    kernel = metadata.get("kernelspec") if isinstance(metadata, dict) else None
    language = kernel.get("language", "python") if isinstance(kernel, dict) else "python"
    if language != "python":
        yield Fault(None, "its kernel is not Python's", "choose the kernel Stockcast")
    size = len(json.dumps(stripped(document)).encode())
    if size > LARGEST_NOTEBOOK:
        limit = f"{LARGEST_NOTEBOOK // 1024} KiB"
        yield Fault(None, f"it is larger than {limit}", "move code into the library, or shorten it")


def _syntax_fault(cell: Cell) -> Fault | None:
    try:
        ast.parse(cell.source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None)
        where = f"line {line} is" if line else "it is"
        mend = "write Python only: magics (%) and shell lines (!) are none"
        return Fault(cell.number, f"{where} not Python", mend)
    return None


def _parameters(
    code: Sequence[Cell], broken: set[int | None]
) -> tuple[dict[str, Any], list[Fault]]:
    tagged = [cell for cell in code if cell.has_parameters]
    if not tagged:
        mend = "tag the cell with the request's parameters with 'parameters'"
        return {}, [Fault(None, "no cell is tagged 'parameters'", mend)]
    faults = [
        Fault(cell.number, "a second cell is tagged 'parameters'", "take the tag off, or join them")
        for cell in tagged[1:]
    ]
    first = tagged[0]
    if first is not code[0]:
        what = "code runs before the parameters cell, and without the request's parameters"
        faults.append(Fault(code[0].number, what, f"move it behind cell {first.number}"))
    if first.number in broken:
        return {}, faults
    defaults, wrong = read_parameters(first)
    return defaults, [*faults, *wrong]


def _ending_faults(code: Sequence[Cell], broken: set[int | None]) -> Iterator[Fault]:
    if not code:
        yield Fault(None, "it has no code", "end it with a cell that shows a ForecastReport")
        return
    last = code[-1]
    if last.number in broken:
        return
    body = ast.parse(last.source).body
    ends_silent = last.source.rstrip().endswith(";")
    if ends_silent or not body or not isinstance(body[-1], ast.Expr):
        mend = "end it with the report alone, such as `ForecastReport(forecast, version)`"
        yield Fault(last.number, "the last code cell displays no result", mend)


def _leftovers(cell: Cell) -> Iterator[Fault]:
    if cell.outputs or cell.executed:
        mend = "clear all outputs in JupyterLab, or run `nbstripout` on the file"
        yield Fault(cell.number, "it holds outputs of a run", mend)


def _secret_faults(cell: Cell) -> Iterator[Fault]:
    outputs = json.dumps(cell.outputs, default=str) if cell.outputs else ""
    for found in find_secrets(f"{cell.source}\n{outputs}"):
        mend = "take it out, and have it replaced wherever it is valid"
        yield Fault(cell.number, f"it holds what looks like {found.what}", mend)
