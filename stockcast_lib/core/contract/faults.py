"""What is wrong with a notebook, where, and how it is mended."""

from collections.abc import Sequence
from dataclasses import dataclass

from stockcast_lib.core.errors import ContractBroken


@dataclass(frozen=True)
class Fault:
    """One fault.

    Attributes:
        cell: its number, counted from 1 over all cells as JupyterLab shows them; None where it is
            the notebook's as a whole.
        what: is wrong.
        mend: what to do.
    """

    cell: int | None
    what: str
    mend: str

    def __str__(self) -> str:
        """In one line."""
        where = "the notebook" if self.cell is None else f"cell {self.cell}"
        return f"{where}: {self.what}: {self.mend}"

    def document(self) -> dict[str, object]:
        """As JSON values."""
        return {"cell": self.cell, "what": self.what, "mend": self.mend}


def broken(name: str, faults: Sequence[Fault]) -> ContractBroken:
    """The error for a notebook with faults.

    Args:
        name: of the notebook.
        faults: one or more.
    """
    count = "one fault" if len(faults) == 1 else f"{len(faults)} faults"
    return ContractBroken(
        f"{name} breaks the notebook contract in {count}; {'; '.join(map(str, faults))}.",
        faults=[fault.document() for fault in faults],
    )
