"""The `stockcast challenger` command."""

from typing import Annotated

import typer

from stockcast_lib.cli_remote import models_client


def challenger(
    revision: Annotated[str, typer.Argument(help="As N@REV; with --end, as N.")],
    end: Annotated[bool, typer.Option("--end", help="Have the model's challenger run no more.")] = (
        False
    ),
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
    api: Annotated[
        str | None, typer.Option("--api", help="URL of a gateway to ask instead of the stack here.")
    ] = None,
) -> None:
    """Try a revision beside what its name stands for, on what people ask for; seen by nobody."""
    from stockcast_lib.core.errors import InvalidRequest
    from stockcast_lib.core.models import model_ref

    ref = model_ref(revision)
    if end == (ref.revision is not None):
        wanted = f"{ref.name} --end" if end else f"{ref.name}@REV, or {ref.name} --end"
        raise InvalidRequest(f"Say `stockcast challenger {wanted}`.", fields=[])
    with models_client(api) as models:
        done = models.challenge(ref)
    if as_json:
        typer.echo(done.model_dump_json(by_alias=True))
    elif done.revision is None:
        typer.echo(f"Nothing runs beside model={done.name} any more; ended by {done.by}.")
    else:
        typer.echo(
            f"{ref} runs beside model={done.name} from now on, seen by nobody; begun by {done.by}. "
            "`stockcast score` shows how both did once the dates have come."
        )
