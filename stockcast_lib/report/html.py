"""Cards and tables as HTML that stands alone: an executed notebook is read without our styles."""

from collections.abc import Iterable, Sequence
from html import escape

_CARD = (
    "font-family:system-ui,sans-serif;color:#1f2933;background:#fff;border:1px solid #e6eaee;"
    "border-radius:10px;padding:16px 20px;max-width:880px"
)
_FIGURE = "font-size:15px;font-weight:600"
_LABEL = "font-size:12px;color:#66727f;font-weight:400"


def card(heading: str, figures: Iterable[tuple[str, str]], *below: str) -> str:
    """A card: labels with their values, and ready HTML below them."""
    cells = "".join(
        f'<div><div style="{_LABEL}">{escape(label)}</div>'
        f'<div style="{_FIGURE}">{escape(value)}</div></div>'
        for label, value in figures
    )
    return (
        f'<div style="{_CARD}">'
        f'<div style="font-size:18px;font-weight:700;margin-bottom:10px">{escape(heading)}</div>'
        f'<div style="display:flex;flex-wrap:wrap;gap:10px 28px">{cells}</div>'
        f"{''.join(below)}</div>"
    )


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of texts."""
    body = "".join(_row(cells, "td") for cells in rows)
    return f'<table style="margin-top:12px">{_row(head, "th")}{body}</table>'


def paragraphs(texts: Iterable[str]) -> str:
    """Each text in a paragraph of its own."""
    return "".join(f"<p>{escape(text)}</p>" for text in texts)


def _row(cells: Iterable[str], tag: str) -> str:
    return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"
