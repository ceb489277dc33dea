"""What a notebook's cell displayed, as HTML."""

import json
import re
from collections.abc import Callable, Iterator
from html import escape
from typing import Any

from stockcast_lib.evidence.sanitising import (
    LONGEST_TEXT,
    harmless_html,
    harmless_markdown,
    plain_text,
)

_LONGEST_PICTURE = 6_000_000
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_MOST_NAMES, _LONGEST_NAME = 20, 100
_LONGEST_HEADING = 1000
CUT = "The rest is left out: it is too long for this page. The notebook itself has it."


def text_of(value: Any) -> str:
    """A text as notebooks keep it, in one string or in lines; empty where it is none."""
    lines = value if isinstance(value, list) else [value]
    joined = "".join(line for line in lines if isinstance(line, str))
    # JSON can name halves of characters, which no page can have.
    return joined.encode("utf-8", "replace").decode()


def note(text: str) -> str:
    """A remark of the page's own."""
    return f'<p class="quiet">{escape(text)}</p>'


def output_html(output: Any) -> str:
    """One output, whatever it is."""
    if not isinstance(output, dict):
        return note("An output that is none.")
    kind = output.get("output_type")
    if kind == "stream":
        return _plain(text_of(output.get("text")))
    if kind == "error":
        return _error(output)
    bundle = output.get("data")
    return _bundle(bundle) if isinstance(bundle, dict) else note("An output without content.")


def _error(output: dict[str, Any]) -> str:
    name, value = text_of(output.get("ename")), text_of(output.get("evalue"))
    lines = output.get("traceback")
    lines = lines if isinstance(lines, list) else [lines]
    heading = f"{name}: {value}" if value else name or "Error"
    traceback = "\n".join(text_of(line) for line in lines)
    return f'<p class="bad" role="alert">{escape(_start(heading))}</p>{_plain(traceback)}'


def _start(text: str) -> str:
    shown = plain_text(text)
    return shown if len(shown) <= _LONGEST_HEADING else f"{shown[:_LONGEST_HEADING]}…"


def _plain(text: str) -> str:
    shown = plain_text(text[:LONGEST_TEXT]).strip("\n")
    cut = note(CUT) if len(text) > LONGEST_TEXT else ""
    return f"<pre>{escape(shown)}</pre>{cut}" if shown else cut


def _bundle(bundle: dict[str, Any]) -> str:
    shown = next((html for html in _representations(bundle) if html), "")
    return shown + _not_shown([name for name in bundle if name not in _KINDS], shown=bool(shown))


def _representations(bundle: dict[str, Any]) -> Iterator[str]:
    for name, represent in _KINDS.items():
        if name in bundle:
            yield represent(bundle[name])


def _not_shown(names: list[str], *, shown: bool) -> str:
    if not names:
        return "" if shown else note("An output in which there is nothing to see.")
    told = ", ".join(text_of(name)[:_LONGEST_NAME] for name in names[:_MOST_NAMES])
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return note(f"{'Also, but not' if shown else 'Not'} shown here: {told}{more}.")


def _of_markup(harmless: Callable[[str], tuple[str, bool]]) -> Callable[[Any], str]:
    def represent(value: Any) -> str:
        html, cut = harmless(text_of(value))
        return html + (note(CUT) if cut else "")

    return represent


def _of_picture(media: str) -> Callable[[Any], str]:
    def represent(value: Any) -> str:
        encoded = "".join(text_of(value).split())
        if len(encoded) > _LONGEST_PICTURE:
            return note("A picture is left out: it is too large for this page.")
        if not _BASE64.fullmatch(encoded):
            return ""
        return f'<img alt="What the cell displayed" src="data:{media};base64,{encoded}">'

    return represent


def _json(value: Any) -> str:
    return _plain(json.dumps(value, indent=2))


# What can be shown, the best first.
_KINDS: dict[str, Callable[[Any], str]] = {
    "text/html": _of_markup(harmless_html),
    "text/markdown": _of_markup(harmless_markdown),
    **{media: _of_picture(media) for media in ("image/png", "image/jpeg", "image/gif")},
    "application/json": _json,
    "text/latex": lambda value: _plain(text_of(value)),
    "text/plain": lambda value: _plain(text_of(value)),
}
