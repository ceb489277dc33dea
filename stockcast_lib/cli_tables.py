"""Tables on the command line."""

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table

_WIDE = 240


def print_table(table: "Table") -> None:
    """As wide as the terminal; where nobody looks at one, as wide as no row is broken for."""
    from rich.console import Console

    console = Console(highlight=False, markup=False)
    if not sys.stdout.isatty():
        console.width = _WIDE
    console.print(table)
