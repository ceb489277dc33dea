"""The `stockcast publish`, `promote`, `models` and `diff` commands."""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from stockcast_lib.cli_files import read_file
from stockcast_lib.cli_remote import models_client
from stockcast_lib.cli_tables import print_table

if TYPE_CHECKING:
    from stockcast_lib.core.contract import NotebookDocument
    from stockcast_lib.core.models import Comparison, Promotion
    from stockcast_lib.core.scores import Score

_AsJson = Annotated[bool, typer.Option("--json", help="Print it as JSON.")]
_Api = Annotated[
    str | None, typer.Option("--api", help="URL of a gateway to ask instead of the stack here.")
]


def publish(
    notebook: Annotated[Path, typer.Argument(help="A notebook's file.")],
    name: Annotated[str, typer.Option("--name", help="Of the model, such as trend.")],
    as_json: _AsJson = False,
    api: _Api = None,
) -> None:
    """Publish a notebook as a revision of a model: checked, and tried beside the current one."""
    from rich.console import Console

    from stockcast_lib.core.contract import broken, check_contract, read_notebook, stripped

    document = read_notebook(read_file(notebook), notebook.name)
    contract = check_contract(document)
    if contract.faults:
        raise broken(notebook.name, contract.faults)
    console = Console(stderr=True)
    with models_client(api) as models, console.status(f"Trying {notebook.name} on bundled prices"):
        revision = models.publish(name, stripped(document))
    if as_json:
        typer.echo(revision.model_dump_json(by_alias=True))
        return
    typer.echo(f"{revision.ref} is published by {revision.author}: {_scores(revision.scores)}")
    typer.echo(_beside(revision.comparison))
    typer.echo(f"`stockcast promote {revision.ref}` makes it what model={name} means.")


def promote(
    revision: Annotated[str, typer.Argument(help="As N@REV; `stockcast models` lists them.")],
    because: Annotated[
        str | None, typer.Option(help="The reason; needed where the trials are worse.")
    ] = None,
    as_json: _AsJson = False,
    api: _Api = None,
) -> None:
    """Have a model's name stand for a revision; promoting an earlier one takes it back."""
    from stockcast_lib.core.errors import InvalidRequest
    from stockcast_lib.core.models import model_ref

    ref = model_ref(revision)
    if ref.revision is None:
        message = f"Name the revision, as {ref.name}@REV: `stockcast models` lists them."
        raise InvalidRequest(message, fields=[])
    with models_client(api) as models:
        done = models.promote(ref, because)
        if as_json:
            typer.echo(done.model_dump_json(by_alias=True))
            return
        before = f" in the place of {done.previous}" if done.previous else ""
        typer.echo(f"model={done.name} now means {done.ref}{before}; promoted by {done.by}.")
        published = {
            each["revision"]
            for model in models.models()
            if model["name"] == done.name
            for each in model["revisions"]
        }
        for line in _live_record(models.scores().scores, done, published):
            typer.echo(line)


def list_models(as_json: _AsJson = False, api: _Api = None) -> None:
    """Show the models: their revisions and scores, which is current, who promoted it and why."""
    with models_client(api) as models:
        found = models.models()
    if as_json:
        typer.echo(json.dumps(found))
        return
    from rich.table import Table

    table = Table("Revision", "Current", "Author", "Published", "Error", "Naive", "Held", "Why")
    for model in found:
        for row in _rows(model):
            table.add_row(*row)
    print_table(table)


def diff(
    before: Annotated[str, typer.Argument(help="N@REV, N, or a notebook's file.")],
    after: Annotated[str, typer.Argument(help="N@REV, N, or a notebook's file.")],
    api: _Api = None,
) -> None:
    """Show what changed between the code cells of two revisions."""
    from rich.console import Console

    from stockcast_lib.publishing.difference import code_difference

    console = Console()
    color = console.is_terminal and not console.no_color
    shown = code_difference(_document(before, api), _document(after, api), color=color)
    typer.echo(f"--- {before}\n+++ {after}\n{shown}" if shown else "The code is the same.")


def _document(text: str, api: str | None) -> "NotebookDocument":
    from stockcast_lib.core.contract import read_notebook
    from stockcast_lib.core.models import MODEL, ModelRef, model_ref, unknown_model

    if not MODEL.fullmatch(text) or (re.search(r"\.ipynb$", text)):
        return read_notebook(read_file(Path(text)), text)
    ref = model_ref(text)
    with models_client(api) as models:
        if ref.revision is None:
            current = {each["name"]: each["current"] for each in models.models()}
            if not current.get(ref.name):
                raise unknown_model(text, (name for name in current if current[name]))
            ref = ModelRef(ref.name, current[ref.name])
        return read_notebook(models.notebook(ref), text)


def _rows(model: Mapping[str, Any]) -> list[tuple[str, ...]]:
    why = _why(model)
    rows: list[tuple[str, ...]] = [
        (
            f"{model['name']}@{each['revision']}",
            _standing(model, each["revision"]),
            each["author"],
            each["publishedAt"][:16].replace("T", " "),
            f"{each['scores']['error']:.3f}",
            f"{each['scores']['naiveError']:.3f}",
            f"{each['scores']['held']}/{len(each['scores']['trials'])}",
            why if each["revision"] == model["current"] else "",
        )
        for each in model["revisions"]
    ]
    if model["name"] == "default":
        current = _standing(model, "builtin")
        built_in = ("default@builtin", current, "Stockcast", "", "", "", "")
        rows.insert(0, (*built_in, why if current == "yes" else ""))
    return rows


def _standing(model: Mapping[str, Any], revision: str) -> str:
    if revision == model["current"]:
        return "yes"
    return "challenger" if revision == model["challenger"] else ""


def _live_record(
    scores: "Iterable[Score]", done: "Promotion", published: Collection[str]
) -> Iterator[str]:
    """What came of the forecasts of a revision, and of the one before, on what people asked for."""
    from stockcast_lib.charts.score_table import SCORE_HEAD, score_cells

    for each in scores:
        code = each.revision.partition("+")[0]
        # Our own notebook's is the hash of what was installed then.
        code = code if code in published else "builtin"
        if each.model == done.name and code in {done.revision, done.previous} and not each.tuned:
            record = dict(zip(SCORE_HEAD, score_cells(each), strict=True))
            model = record.pop("model")
            told = ", ".join(f"{name} {value}" for name, value in record.items())
            yield f"On what was asked for, {model}: {told}"


def _why(model: Mapping[str, Any]) -> str:
    if not model["promotions"]:
        return ""
    last = model["promotions"][-1]
    reason = f": {last['because']}" if last["because"] else ""
    return f"by {last['by']} on {last['at'][:16].replace('T', ' ')}{reason}"


def _scores(scores: Any) -> str:
    return (
        f"mean error {scores.error:.3f} beside the naive forecast's {scores.naive_error:.3f}, the "
        f"{scores.level:.0%} band held {scores.held} of {len(scores.trials)}, "
        f"{scores.days} days ahead"
    )


def _beside(comparison: "Comparison") -> str:
    p_value = "" if comparison.p_value is None else f" (p = {comparison.p_value:.3f})"
    gain = comparison.gain
    how = "the same as" if not gain else f"{abs(gain):.1%} {'less' if gain > 0 else 'more'} than"
    verdict = {"same": "no difference beyond noise", "untested": "not tested"}
    said = verdict.get(comparison.standing, f"{comparison.standing} beyond noise")
    return f"Its error is {how} that of {comparison.champion}: {said}{p_value}."
