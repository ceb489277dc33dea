"""The `stockcast jobs` commands."""

from typing import Annotated

import typer

_ID_LENGTH = 32
jobs = typer.Typer(help="Look at the queue, and at the jobs that failed.")


@jobs.callback(invoke_without_command=True)
def list_jobs(
    context: typer.Context,
    count: Annotated[int, typer.Option(min=1, help="How many failed jobs to show.")] = 20,
) -> None:
    """Show how many jobs wait or run, and the last that failed through no fault of their asker."""
    if context.invoked_subcommand:
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Column, Table

    from stockcast_lib import wiring

    letters = wiring.dead_letters()
    for (stage, lane), number in letters.waiting().items():
        typer.echo(f"{stage}, {lane}: {number} waiting or running")
    # A broken id could not be handed to `replay`.
    table = Table(
        Column("Job", no_wrap=True, min_width=_ID_LENGTH), "Ticker", "Days", "Stage", "Why"
    )
    for letter in letters.newest(count):
        request = letter.request
        why = f"{letter.error.code}: {letter.error.message}"
        table.add_row(letter.job_id, request.ticker, str(request.days), letter.stage, escape(why))
    Console().print(table if table.row_count else "No failed jobs.")


@jobs.command()
def replay(
    job_id: Annotated[str | None, typer.Argument(help="A failed job's id.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All failed jobs.")] = False,
) -> None:
    """Ask again for what failed; the new job's id is printed."""
    from stockcast_lib import wiring
    from stockcast_lib.core.errors import UnknownJob
    from stockcast_lib.core.jobs import Lane
    from stockcast_lib.core.keys import DEAD_KEPT

    letters = wiring.dead_letters()
    chosen = [each for each in letters.newest(DEAD_KEPT) if every or each.job_id == job_id]
    if not chosen:
        raise UnknownJob("There is no such failed job: `stockcast jobs` lists them.")
    for letter in chosen:
        new_id = wiring.service().submit(letter.request.canonical(), "replay", Lane.BATCH)
        letters.forget(letter.key)
        typer.echo(f"{letter.job_id} is tried again as {new_id}")
