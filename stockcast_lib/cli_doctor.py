"""The `stockcast doctor` command."""

import logging
from contextlib import nullcontext
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from stockcast_lib.stack.doctor import Check

_MARKS = {True: "[green]ok[/]", False: "[red]missing[/]", None: "[yellow]note[/]"}
# Of a file or a pipe: who reads it there folds or searches the lines.
_UNLIMITED = 10_000


def doctor() -> None:
    """Check what Stockcast needs: what is there, what is missing, what to do."""
    from rich.console import Console

    from stockcast_lib.logs import configure_logs

    configure_logs(logging.WARNING)
    found = _findings()
    console = Console()
    if not console.is_terminal:
        console.width = _UNLIMITED
    console.print(_table(found))
    if any(check.ok is False for check in found):
        raise typer.Exit(1)


def _findings() -> "list[Check]":
    from rich.console import Console

    console = Console(stderr=True)
    # Disabled elsewhere: it would print an empty line.
    with console.status("Checking") if console.is_interactive else nullcontext() as status:
        from stockcast_lib.stack.doctor import checks

        found = []
        for name, check in checks():
            if status:
                status.update(f"Checking {name}")
            found.append(check())
    return found


def _table(found: "list[Check]") -> "Table":
    from rich.markup import escape
    from rich.table import Table

    table = Table("")
    for title in ("What", "Found", "What to do"):
        # Nothing is cut, for a path that lacks its end leads nowhere.
        table.add_column(title, overflow="fold")
    for check in found:
        table.add_row(_MARKS[check.ok], *map(escape, (check.name, check.found, check.remedy)))
    return table
