import re
from importlib.resources import files
from pathlib import Path

import pytest

from stockcast_lib.dashboard import widgets
from stockcast_lib.dashboard.widgets import Chart, Chips, TickerBox

MODULES = sorted(Path(widgets.__file__).parent.glob("*.js"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_a_module_puts_no_text_in_as_html_and_runs_none(path):
    text = path.read_text()
    for sink in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert sink not in text
    assert not re.search(r"(https?:)?//[\w-]+\.[\w.-]+", text)


def test_what_is_typed_and_asked_for_comes_as_text():
    box, told = TickerBox(), []
    box.on_typed(lambda text: told.append(("typed", text)))
    box.on_submit(lambda text: told.append(("submit", text)))
    for content in ({"typed": "A"}, {"submit": "AAPL"}, {"typed": 1}, {"other": "x"}, {}):
        box._handle_custom_msg(content, [])
    assert told == [("typed", "A"), ("submit", "AAPL")]


def test_a_chip_is_chosen_and_taken_away_by_its_key():
    told = []
    chips = Chips(
        "Some", lambda key: told.append(("choose", key)), lambda key: told.append(("remove", key))
    )
    for content in ({"choose": "a"}, {"remove": "b"}, {"choose": None}, {"other": "c"}):
        chips._handle_custom_msg(content, [])
    assert told == [("choose", "a"), ("remove", "b")]


def test_a_chart_gives_the_library_to_a_page_that_has_none(monkeypatch):
    chart, sent = Chart(), []
    monkeypatch.setattr(chart, "send", lambda content, buffers: sent.append((content, buffers)))
    chart._handle_custom_msg({"ask": "something else"}, [])
    assert sent == []
    chart._handle_custom_msg({"ask": "plotly"}, [])
    library = files("plotly") / "package_data" / "plotly.min.js"
    assert sent == [({"plotly": True}, [library.read_bytes()])]
