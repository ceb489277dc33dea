"""What changed between two notebooks' code."""

import sys

import pytest

from stockcast_lib.core.errors import BadSettings
from stockcast_lib.publishing.difference import code_difference
from tests.model_notebooks import MODEL, PARAMETERS, bundled, changed, source_of


def test_the_same_code_has_no_difference_whatever_is_around_it():
    told = bundled()
    told["cells"][0]["source"] = "Another heading"
    told["cells"][MODEL]["source"] = f"{source_of(MODEL)}   \n"
    told["cells"][MODEL]["metadata"] = {"tags": ["mine"]}
    told["cells"][MODEL]["outputs"] = [
        {"output_type": "stream", "name": "stdout", "text": "something"}
    ]
    told["cells"].insert(1, {"cell_type": "markdown", "metadata": {}, "source": "More text"})
    assert code_difference(bundled(), told) == ""


def test_a_changed_line_is_shown_with_its_cell_and_what_is_around_it():
    after = changed(MODEL, source_of(MODEL).replace("days", "days + 1"))
    lines = code_difference(bundled(), after).splitlines()
    assert lines[0] == "## modified /cells/3/source:"
    assert [line for line in lines[1:] if line[0] in "+-"][-2:] == [
        "-  forecast = make_forecast(history, days, config, fits)",
        "+  forecast = make_forecast(history, days + 1, config, fits)",
    ]


def test_a_cell_in_between_changes_no_other():
    after = bundled()
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "source": "x = 1"}
    after["cells"].insert(MODEL, cell)
    lines = code_difference(bundled(), after).splitlines()
    assert [line for line in lines if line.startswith("##")] == ["## inserted before /cells/3:"]
    assert lines[-1].split() == ["+", "x", "=", "1"]


def test_that_another_cell_holds_the_parameters_is_a_difference():
    after = bundled()
    after["cells"][PARAMETERS]["metadata"] = {}
    assert "parameters" in code_difference(bundled(), after)


def test_colours_are_for_terminals_alone():
    after = changed(MODEL, "1")
    assert "\x1b[" in code_difference(bundled(), after, color=True)
    assert "\x1b[" not in code_difference(bundled(), after)


def test_without_nbdime_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "nbdime", None)
    with pytest.raises(BadSettings, match=r"stockcast\[lab\]"):
        code_difference(bundled(), bundled())
