"""What changed between the code cells of two notebooks, found and shown by nbdime."""

from io import StringIO
from typing import Any

from stockcast_lib.core.contract import NotebookDocument, cells_of
from stockcast_lib.core.errors import BadSettings


def code_difference(
    before: NotebookDocument, after: NotebookDocument, *, color: bool = False
) -> str:
    """The changes for people to read, empty where the code is the same.

    Args:
        before: a notebook.
        after: another.
        color: whether to mark what came and went with a terminal's colours.

    Raises:
        BadSettings: nbdime is not installed.
    """
    try:
        from nbdime import diff_notebooks
        from nbdime.prettyprint import PrettyPrintConfig, pretty_print_diff
    except ImportError:
        # It brings a Jupyter server along, which workers and gateway do without.
        raise BadSettings("nbdime is not installed: install stockcast[lab].") from None
    old, new = _code(before), _code(after)
    shown = StringIO()
    # Neither git nor diff: what there is on this machine would decide how it looks.
    config = PrettyPrintConfig(out=shown, use_git=False, use_diff=False, use_color=color)
    pretty_print_diff(old, diff_notebooks(old, new), "", config)
    return shown.getvalue().rstrip()


def _code(document: NotebookDocument) -> dict[str, Any]:
    """A notebook of what makes its revision alone: see `code_revision`."""
    return {
        "cells": [
            {
                "cell_type": "code",
                "metadata": {"tags": ["parameters"]} if cell.has_parameters else {},
                "outputs": [],
                "source": "\n".join(line.rstrip() for line in cell.source.strip().splitlines()),
            }
            for cell in cells_of(document)
            if cell.kind == "code" and cell.source.strip()
        ],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 4,
    }
