"""What a notebook displayed does no harm, and still shows what it is to show."""

import re
import time

import pytest

from stockcast_lib.evidence.sanitising import harmless_html, harmless_markdown, plain_text
from tests.hostile import HTML, PIXEL

# Nothing of this may be in a tag; in a text it is only a text.
_HARM = re.compile(
    r"<(script|style|iframe|object|embed|svg|math|form|input|button|link|meta|base|area|video|audio|"
    r"source|template|textarea|noscript|body|html|title)|<[^>]*[\s/](on\w+|id|class|name|srcset|poster|"
    r"action|formaction|background)\s*=|<[^>]*(javascript:|vbscript:|data:text|url\(|elsewhere|"
    r"position|margin|inset|z-index)",
    re.IGNORECASE,
)


@pytest.mark.parametrize("clean", [harmless_html, harmless_markdown])
@pytest.mark.parametrize("name", HTML)
def test_harm_is_taken_out(clean, name):
    html, _ = clean(HTML[name].replace("{away}", "http://elsewhere").replace("{host}", "elsewhere"))
    assert not _HARM.search(html), html


@pytest.mark.parametrize("name", HTML)
def test_the_harm_would_be_noticed(name):
    if name not in {"comment", "unclosed"}:
        assert _HARM.search(HTML[name].replace("{away}", "http://elsewhere"))


@pytest.mark.parametrize(
    "html",
    [
        '<table><tr><th scope="col">price</th><td colspan="2">1</td></tr></table>',
        "<h2>Heading</h2><p>a <b>bold</b> <code>word</code></p>",
        f'<img src="data:image/png;base64,{PIXEL}" alt="Chart">',
        '<div style="display:flex;flex-wrap:wrap;gap:10px 28px">cells</div>',
        "<details><summary>more</summary>text</details>",
    ],
)
def test_what_is_plain_stays(html):
    clean, cut = harmless_html(html)
    assert clean.replace("<tbody>", "").replace("</tbody>", "") == html
    assert not cut


def test_links_elsewhere_stay_and_give_nothing_away():
    clean, _ = harmless_html('<a href="https://example.org/x?y">x</a>')
    assert 'href="https://example.org/x?y"' in clean
    assert "noopener" in clean
    assert "noreferrer" in clean


@pytest.mark.parametrize(
    "html",
    [
        "<div><div></div><script>Plotly.newPlot(1)</script></div>",
        "<style>p { color: red }</style>",
        "<svg><text>drawn</text></svg>",
        "<iframe>framed</iframe><textarea>typed</textarea><title>named</title>",
        '<img src="http://elsewhere/x.png">',
    ],
)
def test_what_shows_nothing_is_empty(html):
    assert harmless_html(html)[0] == ""


def test_markdown_becomes_html():
    html, _ = harmless_markdown("# Head\n\n| a | b |\n|---|---|\n| 1 | *2* |\n")
    assert "<h1>Head</h1>" in html
    assert "<td><em>2</em></td>" in html


@pytest.mark.parametrize(
    "piece",
    ["<div>", "<b>", "<table><b>", "<p><b>", "<b></p>", "<a><b><i>", "<svg>", "<!--", "<a "],
)
def test_endless_nesting_is_cut_in_time(piece):
    began = time.perf_counter()
    _, cut = harmless_html(piece * (4_000_000 // len(piece)))
    assert cut
    assert time.perf_counter() - began < 3


@pytest.mark.parametrize("piece", ["[", "![", "*a_ ", "`", "> ", "- ", "<a ", "[a](<b", "|a\n|-\n"])
def test_endless_markdown_is_cut_in_time(piece):
    began = time.perf_counter()
    _, cut = harmless_markdown(piece * (4_000_000 // len(piece)))
    assert cut
    assert time.perf_counter() - began < 3


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        ("\x1b[0;31mred\x1b[0m", "red"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x07", "link"),
        ("\x1b[38;5;196mx\x1b[K", "x"),
        ("10%\r50%\r100%\n", "100%\n"),
        ("a\r\nb", "a\nb"),
        ("bell\x07 nul\x00", "bell nul"),
        ("tab\tstays", "tab\tstays"),
    ],
)
def test_what_steers_a_terminal_is_taken_out(printed, shown):
    assert plain_text(printed) == shown
