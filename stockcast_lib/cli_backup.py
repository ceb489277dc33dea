"""The `stockcast backup` and `stockcast restore` commands."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import typer

_Folder = Annotated[Path, typer.Argument(help="The backup's folder.")]
_DataDir = Annotated[
    Path,
    typer.Option("--data-dir", help="The stack's, where settings name no Redis and S3."),
]


def backup(
    folder: _Folder,
    data_dir: _DataDir = Path(".stockcast"),
    with_credentials: Annotated[
        bool,
        typer.Option("--with-credentials", help="Keep the stack's passwords and keys, too."),
    ] = False,
) -> None:
    """Copy all that the service holds into a new folder; it may run meanwhile."""
    from stockcast_lib.stack.backup import back_up

    with _shown() as tell:
        made = back_up(folder, data_dir, tell, with_credentials=with_credentials)
    if made.damaged:
        typer.echo(f"Damaged in the store already: {', '.join(made.damaged)}")
    typer.echo(f"{made.objects} objects and {made.keys} keys of Redis are in {folder}")


def restore(
    folder: _Folder,
    data_dir: _DataDir = Path(".stockcast"),
    force: Annotated[
        bool, typer.Option("--force", help="Replace the data that are there.")
    ] = False,
) -> None:
    """Put a backup back, into a service that does not run; it is checked beforehand."""
    from stockcast_lib.stack.backup import restore as restored

    with _shown() as tell:
        made = restored(folder, data_dir, tell, force=force)
    typer.echo(f"{made.objects} objects and {made.keys} keys of Redis are restored")


@contextlib.contextmanager
def _shown() -> Iterator[Callable[[str, int, int], None]]:
    """Tells how far it has come: a bar on a terminal, nothing elsewhere."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("")
        yield lambda what, done, total: progress.update(
            task, description=what, completed=done, total=total
        )
