"""Tables that scroll in a box of their own where they are wider than the page."""

from collections.abc import Iterable, Sequence
from html import escape


def table_html(
    caption: str,
    head: Sequence[str],
    rows: Iterable[Sequence[str]],
    marked: int | None = None,
) -> str:
    """A table of texts, all of them escaped; a line break within one makes its rest small.

    Args:
        caption: names the table, and the box that it scrolls in.
        head: of the columns.
        rows: the first cell of each is the row's own head.
        marked: the row that is pointed out.
    """
    columns = "".join(f'<th scope="col">{_cell(name)}</th>' for name in head)
    body = "".join(_row(cells, marked=at == marked) for at, cells in enumerate(rows))
    named = f'tabindex="0" role="region" aria-label="{escape(caption)}"'
    return (
        f'<div class="stockcast-measures" {named}>'
        f"<table><caption>{escape(caption)}</caption><thead><tr>{columns}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )


def _row(cells: Sequence[str], *, marked: bool) -> str:
    first, *others = cells
    texts = "".join(f"<td>{_cell(text)}</td>" for text in others)
    mark = ' class="stockcast-marked"' if marked else ""
    return f'<tr{mark}><th scope="row">{_cell(first)}</th>{texts}</tr>'


def _cell(text: str) -> str:
    large, _, small = text.partition("\n")
    return f"{escape(large)}<small>{escape(small)}</small>" if small else escape(large)
