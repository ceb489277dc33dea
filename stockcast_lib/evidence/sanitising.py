"""What a notebook may have displayed, made harmless.

1. Nothing runs, nothing is loaded: of HTML only plain elements stay, of attributes only those that
   neither name a place to load from nor a script, of pictures only those within the page.
2. Nothing covers the page around it: no positions, margins, classes or ids.
3. The cost is bounded: what is nested without end takes a parser time that grows with the square.
"""

import re

import nh3
from markdown_it import MarkdownIt

LONGEST_TEXT = 100_000
_LONGEST_HTML = 4_000_000
_LONGEST_MARKDOWN = 50_000
_MOST_TAGS = 20_000

_TAGS = {
    "a", "abbr", "b", "blockquote", "br", "caption", "center", "cite", "code", "col", "colgroup",
    "dd", "del", "details", "dfn", "div", "dl", "dt", "em", "figcaption", "figure", "h1", "h2",
    "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q",
    "s", "samp", "small", "span", "strike", "strong", "sub", "summary", "sup", "table", "tbody",
    "td", "tfoot", "th", "thead", "tr", "tt", "u", "ul", "var", "wbr",
}  # fmt: skip
# Taken out with all that is in them; of any other element the text stays.
_WITH_CONTENT = {
    "script", "style", "svg", "math", "iframe", "object", "template", "noscript", "title",
    "textarea", "select", "xmp", "noembed", "noframes", "plaintext",
}  # fmt: skip
_SPANS = {"colspan", "rowspan"}
_ATTRIBUTES = {
    "*": {"style", "title"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "td": _SPANS,
    "th": {*_SPANS, "scope"},
    "ol": {"start"},
    "details": {"open"},
}
_STYLES = {
    "display", "flex-wrap", "gap", "font-size", "font-weight", "font-style", "max-width",
    "text-align", "white-space",
}  # fmt: skip
_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*", re.IGNORECASE)
_LINK = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-_])")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_OVERWRITTEN = re.compile(r"^[^\n]*\r(?!\n)", re.MULTILINE)


def _attribute(_tag: str, name: str, value: str) -> str | None:
    if name == "src":
        return value if _PICTURE.fullmatch(value) else None
    if name == "href":
        return value if _LINK.match(value) else None
    return value


_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags=_WITH_CONTENT,
    attributes=_ATTRIBUTES,
    attribute_filter=_attribute,
    url_schemes={"http", "https", "mailto", "data"},
    filter_style_properties=_STYLES,
    link_rel="noopener noreferrer nofollow",
)
_MARKDOWN = MarkdownIt("commonmark").enable("table")


def harmless_html(html: str) -> tuple[str, bool]:
    """The HTML without what it must not have, and whether any was cut off its end.

    Empty where nothing is left to be seen.
    """
    kept = _with_tags_at_most(html[:_LONGEST_HTML])
    clean = _CLEANER.clean(kept)
    return (clean if _shows_something(clean) else ""), len(kept) < len(html)


def harmless_markdown(text: str) -> tuple[str, bool]:
    """Markdown as HTML that is treated as any other, and whether any was cut off."""
    html, cut = harmless_html(_MARKDOWN.render(text[:_LONGEST_MARKDOWN]))
    return html, cut or len(text) > _LONGEST_MARKDOWN


def plain_text(text: str) -> str:
    """What a terminal would have shown: no colours, no control characters, lines as overwritten."""
    return _CONTROLS.sub("", _OVERWRITTEN.sub("", _ESCAPES.sub("", text)))


def _with_tags_at_most(html: str) -> str:
    parts = html.split("<", _MOST_TAGS + 1)
    return html if len(parts) <= _MOST_TAGS + 1 else "<".join(parts[:-1])


def _shows_something(html: str) -> bool:
    return bool(re.search(r"<img [^>]*src=|<hr", html) or re.sub(r"<[^>]*>", "", html).strip())
