"""What a model notebook must be: `docs/notebook-contract.md` as rules over its JSON.

Pure: a notebook's document in, faults out. Whether it runs is found by running it
(`stockcast_lib.publishing`).
"""

from stockcast_lib.core.contract.check import LARGEST_NOTEBOOK, Contract, check_contract
from stockcast_lib.core.contract.faults import Fault, broken
from stockcast_lib.core.contract.notebook import (
    Cell,
    NotebookDocument,
    cells_of,
    checked_document,
    code_revision,
    failed_cell,
    read_notebook,
    stripped,
)
from stockcast_lib.core.contract.secrets import find_secrets, hide_outputs, hide_secrets

__all__ = [
    "LARGEST_NOTEBOOK",
    "Cell",
    "Contract",
    "Fault",
    "NotebookDocument",
    "broken",
    "cells_of",
    "check_contract",
    "checked_document",
    "code_revision",
    "failed_cell",
    "find_secrets",
    "hide_outputs",
    "hide_secrets",
    "read_notebook",
    "stripped",
]
