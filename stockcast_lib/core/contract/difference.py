"""What changed between the code cells of two notebooks, as a unified difference."""

from collections.abc import Iterator
from difflib import SequenceMatcher, unified_diff

from stockcast_lib.core.contract.notebook import NotebookDocument, cells_of


def code_difference(
    before: NotebookDocument, after: NotebookDocument, names: tuple[str, str]
) -> Iterator[str]:
    """Lines, none where the code is the same.

    Cells that are alike are matched first, so that one that was put in between does not make all
    behind it look changed.

    Args:
        before: a notebook.
        after: another.
        names: what they are called.
    """
    old, new = _code(before), _code(after)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        if tag == "equal":
            continue
        was, now = old[start:end], new[new_start:new_end]
        for i in range(max(len(was), len(now))):
            yield from _cell_difference(
                was[i] if i < len(was) else "",
                now[i] if i < len(now) else "",
                (
                    f"{names[0]} code cell {start + min(i, len(was)) + 1}",
                    f"{names[1]} code cell {new_start + min(i, len(now)) + 1}",
                ),
            )


def _cell_difference(before: str, after: str, names: tuple[str, str]) -> Iterator[str]:
    yield from unified_diff(before.splitlines(), after.splitlines(), *names, lineterm="")


def _code(document: NotebookDocument) -> list[str]:
    return [
        "\n".join(line.rstrip() for line in cell.source.strip().splitlines())
        for cell in cells_of(document)
        if cell.kind == "code" and cell.source.strip()
    ]
