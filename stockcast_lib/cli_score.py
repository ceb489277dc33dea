"""The `stockcast score` command."""

from typing import Annotated

import typer

from stockcast_lib.cli_tables import print_table


def score(
    as_json: Annotated[bool, typer.Option("--json", help="Print the scores as JSON.")] = False,
) -> None:
    """Score the forecasts that were served and whose dates have come; for a nightly job, too."""
    from rich.table import Table

    from stockcast_lib.charts.score_table import SCORE_HEAD, score_cells
    from stockcast_lib.wiring.scoring import score_ledger

    found = score_ledger()
    if as_json:
        typer.echo(found.model_dump_json(by_alias=True))
        return
    if found.scores:
        table = Table(*SCORE_HEAD)
        for each in found.scores:
            table.add_row(*score_cells(each))
        print_table(table)
    typer.echo(f"{found.forecasts} forecasts in the ledger, {found.scored} with an outcome.")
    if found.scored < found.forecasts:
        typer.echo(
            "The others wait for later prices, as the next forecast of a ticker brings them."
        )
    if found.without_prices:
        typer.echo(f"No prices are stored any more for {', '.join(found.without_prices)}.")
    if found.damaged:
        typer.echo(
            f"Changed since they were written, and left out: {', '.join(found.damaged)}. Restore "
            "them from a backup and score again."
        )
