"""What changed between two notebooks' code."""

from stockcast_lib.core.contract import code_difference
from tests.model_notebooks import MODEL, bundled, changed, source_of


def difference(before, after):
    return list(code_difference(before, after, ("a", "b")))


def test_the_same_code_has_no_difference_whatever_is_around_it():
    told = bundled()
    told["cells"][0]["source"] = "Another heading"
    assert difference(bundled(), told) == []


def test_a_changed_line_is_shown_with_its_cell():
    lines = difference(bundled(), changed(MODEL, source_of(MODEL).replace("days", "days + 1")))
    assert lines[:2] == ["--- a code cell 4", "+++ b code cell 4"]
    assert [line for line in lines[2:] if line[0] in "+-"] == [
        "-forecast = make_forecast(history, days, config, fits)",
        "+forecast = make_forecast(history, days + 1, config, fits)",
    ]


def test_a_cell_in_between_changes_no_other():
    after = bundled()
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "source": "x = 1"}
    after["cells"].insert(MODEL, cell)
    added = difference(bundled(), after)
    assert [line for line in added if line[0] in "+-"][2:] == ["+x = 1"]
