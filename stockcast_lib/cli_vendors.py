"""The `stockcast vendors` commands."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from stockcast_lib.core.budgets import VendorState

vendors = typer.Typer(help="Look at the vendors of prices, and have one asked again.")


@vendors.callback(invoke_without_command=True)
def list_vendors(context: typer.Context) -> None:
    """Show whom the workers ask, in order; the calls that are left, and who is left alone."""
    if context.invoked_subcommand:
        return
    from rich.console import Console
    from rich.table import Table

    from stockcast_lib import wiring

    budget = wiring.vendor_budget()
    table = Table("Vendor", "Calls left", "At rest")
    for name in wiring.asked_vendors():
        state = budget.state(name)
        table.add_row(name, _left(state), _rest(state))
    Console().print(table)


def _left(state: "VendorState") -> str:
    from stockcast_lib.core.words import wait_text

    windows = (
        f"{each.calls} of {each.limit.calls} for {wait_text(each.seconds)}" for each in state.left
    )
    return "\n".join(windows) or "no limit"


def _rest(state: "VendorState") -> str:
    from stockcast_lib.core.words import wait_text

    # The refusal's own sentence names the wait that there was then.
    return f"{wait_text(state.rest_seconds)}: {state.refusal.code}" if state.refusal else "no"


@vendors.command()
def wake(
    name: Annotated[str, typer.Argument(help="A vendor, as `stockcast vendors` calls it.")],
) -> None:
    """Have a vendor asked again at once, when what it refused is mended."""
    from stockcast_lib import wiring
    from stockcast_lib.core.errors import BadSettings

    asked = wiring.asked_vendors()
    if name not in asked:
        raise BadSettings(f"{name} is no vendor that is asked: {', '.join(asked)}.")
    rested = wiring.vendor_budget().wake(name)
    typer.echo(f"{name} is asked again." if rested else f"{name} does not rest.")
