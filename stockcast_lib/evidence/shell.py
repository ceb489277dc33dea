"""What all pages share: the frame around them, the styles, what a browser may do with them."""

import base64
import hashlib
from collections.abc import Iterable
from html import escape
from importlib.resources import files

STYLE = files(__package__).joinpath("style.css").read_text()
_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
_ALWAYS = "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
# Of what a notebook displays some inline styles are kept. A sandbox lets no link download the
# notebook itself unless that is allowed.
NOTEBOOK_POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox allow-downloads; "
    f"{_ALWAYS}"
)
# In a frame of another page, which gives it no rights either. What a tag cannot say is left out.
FRAME_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'"
PAGE_POLICY = f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; {_ALWAYS}"


def page(title: str, body: str, head: str = "") -> str:
    """A whole page.

    Args:
        title: plain text.
        body: HTML that can be trusted.
        head: more for the head, before anything is read of the body.
    """
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"{head}<title>{escape(title)}</title><style>{STYLE}</style></head>"
        f"<body>{body}</body></html>"
    )


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table of ready HTML, with plain heads; nothing where it has no rows."""
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    if not body:
        return ""
    heads = "".join(f'<th scope="col">{escape(each)}</th>' for each in head)
    return f'<div class="wide"><table><tr>{heads}</tr>{body}</table></div>'
