"""An executed notebook as a page that runs nothing and loads nothing."""

import json
import time
from collections.abc import Iterator
from html import escape
from typing import Any

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from stockcast_lib.core.jobs import Job
from stockcast_lib.evidence.outputs import CUT, note, output_html, text_of
from stockcast_lib.evidence.sanitising import LONGEST_TEXT, harmless_markdown
from stockcast_lib.evidence.shell import FRAME_POLICY, page

_LONGEST_PAGE = 12_000_000
_LONGEST_COLOURED = 20_000
_SECONDS = 3.0
# A link without a target would open in the frame, where there is no way back.
_FRAMED = (
    f'<meta http-equiv="Content-Security-Policy" content="{FRAME_POLICY}"><base target="_blank">'
)
_FORMATTER = HtmlFormatter(nowrap=True)


class _Room:
    """How much more a page may take, in characters and in time."""

    def __init__(self) -> None:
        self._characters = _LONGEST_PAGE
        self._deadline = time.monotonic() + _SECONDS

    def take(self, html: str) -> str:
        self._characters -= len(html)
        return html

    @property
    def full(self) -> bool:
        return self._characters <= 0 or time.monotonic() > self._deadline


def notebook_page(executed: bytes, job: Job) -> str:
    """The page: which job it was, then every cell with what it displayed.

    Args:
        executed: the notebook; whatever is in it does no harm.
        job: whose run it was.
    """
    title = f"{job.request.ticker} in {job.request.days} days: the executed notebook"
    return page(title, f"{_header(job, title)}<main>{''.join(_cells(executed))}</main>")


def notebook_frame(executed: bytes, title: str) -> str:
    """The cells alone, for a sandboxed frame of a page that says whose run it was.

    Args:
        executed: as for `notebook_page`.
        title: plain text.
    """
    return page(title, f"<main>{''.join(_cells(executed))}</main>", _FRAMED)


def _header(job: Job, title: str) -> str:
    facts = {
        "Ticker": job.request.ticker,
        "State": job.state,
        "Stage": job.stage,
        "Model": job.request.model,
        "Asked for": job.created_at.strftime("%Y-%m-%d %H:%M UTC"),
        "Job": job.id,
    }
    listed = "".join(
        f"<div><dt>{name}</dt><dd>{escape(value)}</dd></div>" for name, value in facts.items()
    )
    error = f'<p class="bad">{escape(job.error.message)}</p>' if job.error else ""
    return (
        f'<header><h1>{escape(title)}</h1><dl class="facts">{listed}</dl>{error}'
        '<p><a href="notebook.ipynb">Download the notebook</a></p></header>'
    )


def _cells(executed: bytes) -> Iterator[str]:
    try:
        cells = json.loads(executed)["cells"]
    except (ValueError, RecursionError, KeyError, TypeError):
        cells = None
    if not isinstance(cells, list):
        yield note("This notebook cannot be shown as a page.")
        return
    room = _Room()
    for cell in cells:
        if room.full:
            yield note(CUT)
            return
        if isinstance(cell, dict):
            inside = "".join(_cell(cell, room))
            yield f'<section class="cell">{inside}</section>' if inside else ""


def _cell(cell: dict[str, Any], room: _Room) -> Iterator[str]:
    source = text_of(cell.get("source"))
    if cell.get("cell_type") == "markdown":
        html, cut = harmless_markdown(source)
        yield room.take(_boxed(html)) if html else ""
        yield note(CUT) if cut else ""
    elif cell.get("cell_type") == "code":
        yield room.take(_code(source))
        yield from _outputs(cell.get("outputs"), room)


def _outputs(outputs: Any, room: _Room) -> Iterator[str]:
    for output in outputs if isinstance(outputs, list) else []:
        if room.full:
            yield note(CUT)
            return
        yield room.take(_boxed(output_html(output)))


def _boxed(html: str) -> str:
    return f'<div class="output">{html}</div>'


def _code(source: str) -> str:
    if not source.strip():
        return ""
    if len(source) <= _LONGEST_COLOURED:
        coloured = highlight(source, PythonLexer(), _FORMATTER)
    else:
        coloured = escape(source[:LONGEST_TEXT])
    cut = note(CUT) if len(source) > LONGEST_TEXT else ""
    return f'<pre class="source">{coloured}</pre>{cut}'
