"""The notebook contract: each rule, by a notebook that breaks it."""

import copy
import json

import pytest

from stockcast_lib.core.contract import (
    check_contract,
    code_revision,
    failed_cell,
    read_notebook,
    stripped,
)
from stockcast_lib.core.errors import ContractBroken
from tests.model_notebooks import (
    IMPORTS,
    MODEL,
    PARAMETERS,
    REPORT,
    bundled,
    changed,
    replaced,
    source_of,
)


def faults(document):
    return [(fault.cell, fault.what, fault.mend) for fault in check_contract(document).faults]


def test_the_bundled_forecast_notebook_keeps_the_contract():
    contract = check_contract(bundled())
    assert contract.faults == ()
    assert contract.extras == ()
    assert contract.parameters["days"] == 90


def test_parameters_of_its_own_are_listed_with_their_defaults():
    contract = check_contract(changed(PARAMETERS, source_of(PARAMETERS) + "\nwindow: int = 20"))
    assert contract.faults == ()
    assert (contract.extras, contract.parameters["window"]) == (("window",), 20)


P = PARAMETERS + 1
LAST = REPORT + 1


@pytest.mark.parametrize(
    ("document", "cell", "what", "mend"),
    [
        (replaced(PARAMETERS, "interval = 0.8\n", ""), P, "interval is missing", "interval = 0.8"),
        (changed(PARAMETERS, source_of(PARAMETERS) + "\npass"), P, "no `name = value`", "cell of"),
        (replaced(PARAMETERS, "days = 90", 'days = "90"'), P, "of days, a str", "days = 90"),
        (replaced(PARAMETERS, "days = 90", "days = 0"), P, "default of days, a int", "days = 90"),
        (replaced(PARAMETERS, '"AAPL"', '"no such"'), P, "default of ticker", "AAPL"),
        (replaced(PARAMETERS, "job_id = None", "job_id = 'x'"), P, "default of job_id", "None"),
        (replaced(PARAMETERS, "= 0.05", "= 0.3"), P, "is 0.3, and the request's 0.05", "= 0.05"),
        (replaced(PARAMETERS, "= 0.05", "= '0.05'"), P, "prior_scale, a str", "= 0.05"),
        (replaced(PARAMETERS, "= 25", "= -1"), P, "n_changepoints, a int", "= 25"),
        (replaced(PARAMETERS, "days = 90", "days = 9 * 10"), P, "no default that is", "days ="),
        (changed(PARAMETERS, source_of(PARAMETERS) + "\nx: int"), P, "x has no default", "x ="),
        (changed(PARAMETERS, source_of(PARAMETERS) + "\nimport os"), P, "`name = value`", "own"),
        (replaced(PARAMETERS, "days = 90", "days ="), P, "not Python", "Python only"),
        (changed(IMPORTS, "%matplotlib inline"), IMPORTS + 1, "not Python", "magics"),
        (changed(MODEL, "!pip list"), MODEL + 1, "not Python", "shell lines"),
        (changed(REPORT, "report = 1"), LAST, "displays no result", "ForecastReport"),
        (changed(REPORT, "report;"), LAST, "displays no result", "ForecastReport"),
        (changed(MODEL, 'api_key = "a8F3k29dK3l1mXn4"'), MODEL + 1, "of api_key", "replaced"),
        (changed(0, "Use AKIAIOSFODNN7EXAMPLE."), 1, "an AWS access key", "replaced"),
        (changed(MODEL, "x = 1\n" * 20_000), None, "larger than 48 KiB", "shorten"),
    ],
)  # fmt: skip
def test_each_fault_is_named_with_its_cell_and_the_mend(document, cell, what, mend):
    found = faults(document)
    assert len(found) == 1, found
    assert found[0][0] == cell
    assert what in found[0][1]
    assert mend in found[0][2]


def test_outputs_and_what_they_hold_are_faults():
    document = bundled()
    document["cells"][MODEL]["outputs"] = [
        {"output_type": "stream", "name": "stdout", "text": ["ghp_" + "a1B2" * 9]}
    ]
    document["cells"][MODEL]["execution_count"] = 3
    found = faults(document)
    assert [cell for cell, _, _ in found] == [MODEL + 1] * 2
    assert {what for _, what, _ in found} == {
        "it holds outputs of a run", "it holds what looks like a GitHub token"
    }  # fmt: skip


def test_a_notebook_without_the_parameters_cell_is_told_to_tag_one():
    document = bundled()
    document["cells"][PARAMETERS]["metadata"] = {}
    assert faults(document)[0][1] == "no cell is tagged 'parameters'"


def test_a_second_parameters_cell_and_code_before_the_first_are_faults():
    document = bundled()
    document["cells"][MODEL]["metadata"]["tags"] = ["parameters"]
    assert faults(document)[0][:2] == (MODEL + 1, "a second cell is tagged 'parameters'")
    document = bundled()
    document["cells"].insert(0, document["cells"].pop(IMPORTS))
    assert faults(document)[0][:1] == (1,)
    assert "without the request's parameters" in faults(document)[0][1]


def test_another_language_is_refused():
    document = bundled()
    document["metadata"]["kernelspec"]["language"] = "R"
    assert "not Python's" in faults(document)[0][1]


@pytest.mark.parametrize(
    "data",
    [b"", b"not json", b"[]", b"{}", b'{"nbformat": 3}', b'{"nbformat": 4, "cells": 7}',
     b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": [7]}]}', b"[" * 100_000],
)  # fmt: skip
def test_what_is_no_notebook_is_refused_in_one_line(data):
    with pytest.raises(ContractBroken, match=r"x\.ipynb breaks the notebook contract") as refused:
        read_notebook(data, "x.ipynb")
    assert refused.value.details["faults"][0]["cell"] is None


def test_a_revision_is_of_the_code_alone():
    first = code_revision(bundled())
    told = copy.deepcopy(bundled())
    told["cells"][0]["source"] = "Another heading"
    told["cells"][MODEL]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x"}]
    told["cells"][MODEL]["source"] = source_of(MODEL).splitlines(keepends=True)
    told["cells"].append({"cell_type": "code", "source": " \n", "metadata": {}, "outputs": []})
    assert code_revision(told) == first
    assert code_revision(stripped(told)) == first
    assert code_revision(changed(MODEL, source_of(MODEL) + "\nx = 1")) != first
    untagged = bundled()
    untagged["cells"][PARAMETERS]["metadata"] = {}
    assert code_revision(untagged) != first


def test_what_is_stored_holds_no_outputs_and_is_a_notebook():
    import nbformat

    document = bundled()
    document["cells"][MODEL] |= {"execution_count": 1, "outputs": [], "metadata": {"secret": "x"}}
    document["metadata"]["widgets"] = {"x": 1}
    kept = stripped(document)
    nbformat.validate(nbformat.reads(json.dumps(kept), as_version=4))
    assert check_contract(kept).faults == ()
    assert "secret" not in json.dumps(kept)
    assert "widgets" not in kept["metadata"]


def test_the_cell_that_failed_is_numbered_as_in_the_notebook_that_was_run():
    executed = bundled()
    added = {"cell_type": "code", "metadata": {"tags": ["injected-parameters"]}, "outputs": []}
    executed["cells"].insert(PARAMETERS + 1, {**added, "source": "days = 1"})
    assert failed_cell(executed) is None
    executed["cells"][MODEL + 1]["outputs"] = [{"output_type": "error", "ename": "E"}]
    assert failed_cell(executed) == MODEL + 1
