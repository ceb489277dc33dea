"""The executed notebook as a page."""

import json
import re
import time

import pytest

from stockcast_lib.core.errors import NotEnoughHistory
from stockcast_lib.core.jobs import JobState
from stockcast_lib.evidence.notebook import notebook_frame, notebook_page
from tests.gateway import made_job
from tests.hostile import PIXEL, hostile_notebook


def shown(*cells, job=None):
    document = {"cells": list(cells), "nbformat": 4, "metadata": {}}
    page = notebook_page(json.dumps(document).encode(), job or made_job(JobState.DONE))
    return page[page.index("<body>") :]


def code(source="", *outputs):
    return {"cell_type": "code", "source": source, "outputs": list(outputs)}


def displayed(**bundle):
    return {
        "output_type": "display_data",
        "data": {k.replace("_", "/"): v for k, v in bundle.items()},
    }


def test_it_says_whose_run_it_was_and_leads_to_the_notebook():
    page = shown()
    for fact in ("TEST in 5 days", "done", "forecast", "a" * 32, "2026-01-05 00:00 UTC"):
        assert fact in page
    assert '<a href="notebook.ipynb">' in page


def test_a_failed_job_says_what_it_failed_with():
    error = NotEnoughHistory("Too few <b>sessions</b>.").report()
    assert "Too few &lt;b&gt;sessions&lt;/b&gt;." in shown(
        job=made_job(JobState.FAILED, error=error)
    )


def test_code_is_coloured_and_its_text_is_as_it_was():
    page = shown(code(["def f(x):\n", "    return x < 1  # why"]))
    source = re.search(r'<pre class="source">(.*?)</pre>', page, re.DOTALL)[1]
    assert '<span class="k">return</span>' in source
    assert re.sub(r"<[^>]+>", "", source).replace("&lt;", "<").rstrip() == (
        "def f(x):\n    return x < 1  # why"
    )


def test_markdown_is_read():
    assert "<h1>A forecast</h1>" in shown({"cell_type": "markdown", "source": ["# A fore", "cast"]})


def test_a_picture_is_within_the_page():
    page = shown(code("", displayed(image_png=f"{PIXEL}\n", text_plain="<Figure>")))
    assert f'src="data:image/png;base64,{PIXEL}"' in page
    assert "&lt;Figure&gt;" not in page


@pytest.mark.parametrize(
    "others",
    [
        {"image/png": PIXEL},
        {"text/html": f'<b>card</b><img src="data:image/png;base64,{PIXEL}">'},
        {"text/html": "<div></div><script>Plotly.newPlot()</script>", "image/png": PIXEL},
    ],
)
def test_a_plotly_figure_is_shown_by_its_picture_and_named(others):
    bundle = {"application/vnd.plotly.v1+json": {"data": []}, "text/plain": "Figure()", **others}
    page = shown(code("", {"output_type": "display_data", "data": bundle}))
    assert PIXEL in page
    assert "Also, but not shown here: application/vnd.plotly.v1+json." in page
    assert "newPlot" not in page


def test_what_cannot_be_shown_is_named():
    output = {"output_type": "display_data", "data": {"application/x-strange": "?", "a/<b>": 1}}
    assert "Not shown here: application/x-strange, a/&lt;b&gt;." in shown(code("", output))


def test_an_error_is_visible_and_has_no_colours():
    error = {
        "output_type": "error",
        "ename": "ValueError",
        "evalue": "no < prices",
        "traceback": ["\x1b[0;31m-----\x1b[0m", "\x1b[1mValueError\x1b[0m: no < prices"],
    }
    page = shown(code("fit()", error))
    assert '<p class="bad" role="alert">ValueError: no &lt; prices</p>' in page
    assert "<pre>-----\nValueError: no &lt; prices</pre>" in page
    assert "\x1b" not in page


def test_what_was_printed_is_shown():
    output = {"output_type": "stream", "name": "stdout", "text": ["a\n", "\x1b[32mb\x1b[0m\n"]}
    assert "<pre>a\nb</pre>" in shown(code("", output))


CUT = "The rest is left out"


@pytest.mark.parametrize(
    "cell",
    [
        code("", {"output_type": "stream", "text": "x" * 8_000_000}),
        code("", displayed(text_plain="x" * 8_000_000)),
        code("", displayed(text_html="<p>x</p>" * 1_000_000)),
        code("", displayed(text_markdown="x *y* " * 1_000_000)),
        code("", displayed(application_json=["x"] * 1_000_000)),
        code("", *([displayed(text_plain="x" * 90_000)] * 500)),
        code("", *([displayed(text_html="<div>" * 19_000)] * 500)),
        code("", *([{"output_type": "stream", "text": "\x1b[" * 500_000}] * 20)),
        code("", {"output_type": "error", "traceback": ["x" * 8_000_000]}),
        code("", {"output_type": "error", "evalue": "x" * 8_000_000, "traceback": "x" * 200_000}),
        code("x = 1\n" * 1_000_000),
        {"cell_type": "markdown", "source": "# x\n" * 2_000_000},
    ],
)
def test_megabytes_are_cut_with_a_sentence_and_in_time(cell):
    began = time.perf_counter()
    page = shown(cell)
    assert CUT in page
    assert len(page) < 30_000_000
    assert time.perf_counter() - began < 8


def test_a_picture_too_large_is_left_out():
    page = shown(code("", displayed(image_png="A" * 8_000_000)))
    assert "A picture is left out" in page
    assert len(page) < 100_000


def test_many_cells_are_cut_with_a_sentence():
    page = shown(*[code("", displayed(text_plain="x" * 90_000))] * 500)
    assert page.count(CUT) == 1


@pytest.mark.parametrize(
    "executed",
    [
        b"", b"not json", b"\xff\xfe", b"[]", b"null", b'{"cells": 1}', b"[" * 100_000,
        b'{"cells": null}',
    ],
)  # fmt: skip
def test_what_is_no_notebook_says_so(executed):
    assert "cannot be shown" in notebook_page(executed, made_job())


@pytest.mark.parametrize(
    "cell",
    [
        1,
        None,
        {},
        {"cell_type": "code"},
        {"cell_type": ["code"]},
        {"cell_type": "code", "source": {"a": 1}, "outputs": {"b": 2}},
        code(None, 1, None, {}, {"output_type": "error"}, {"output_type": "stream", "text": 5}),
        code("", {"output_type": "display_data", "data": [1]}),
        code("", displayed(text_html={"a": 1}, image_png=[1, None], application_json=None)),
        code("\ud800", displayed(text_html="\ud800<b>x</b>", text_plain="\udfff")),
        {"cell_type": "markdown", "source": "\ud800 \x00"},
    ],
)
def test_whatever_a_cell_is_the_page_is_made(cell):
    assert "</html>" in shown(cell)
    shown(cell).encode()


def test_all_harm_at_once_leaves_a_page_without_any():
    page = notebook_page(hostile_notebook(), made_job(JobState.DONE))
    body = page[page.index("<body>") :]
    assert not re.search(r"<(script|style|iframe|object|embed|svg|form|link|meta|base)", body)
    assert not re.search(r"<[^>]*\s(on\w+|srcset|action)\s*=", body)
    assert not re.search(r"<[^>]*(javascript:|data:text|url\()", body)
    assert not re.search(r"<(img|video|audio)[^>]*elsewhere", body)
    # The frame around it is whole: nothing closed it from within.
    assert body.count("<main>") == body.count("</main>") == 1
    assert page.endswith("</main></body></html>")


def test_in_a_frame_are_the_cells_alone_and_the_policy_comes_before_them():
    frame = notebook_frame(hostile_notebook(), "<b>A</b> run")
    assert "&lt;b&gt;A&lt;/b&gt; run" in frame
    assert "<header>" not in frame
    assert frame.index("default-src 'none'") < frame.index("<style>") < frame.index("<main>")
    assert not re.search(r"<(script|iframe|object|embed|svg|form)", frame)
