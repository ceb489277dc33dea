"""What becomes a notebook's parameters comes out of its cell as the same plain data."""

import ast
import keyword
import math
import re
from collections import Counter

import pytest
from hypothesis import strategies as st
from papermill.iorw import load_notebook_node
from papermill.parameterize import parameterize_notebook
from pydantic import ValidationError

from stockcast_lib.core.errors import InvalidRequest
from stockcast_lib.core.jobs import parse_request
from stockcast_lib.core.model_config import ModelConfig
from stockcast_lib.core.notebook_parameters import (
    ForecastParameters,
    IngestParameters,
    json_parameters,
)
from stockcast_lib.execution.engine import ENGINE
from stockcast_lib.execution.runner import KERNEL
from tests.factories import notebook_file
from tests.fuzz.generating import for_a_share, generated


def _nested(depth):
    made = 1
    for _ in range(depth):
        made = [made]
    return made


_PLAIN = (dict, list, str, int, float, bool, type(None))
_TEXTS = st.text() | st.sampled_from([
    "'; import os #", '"""', "\\", "{x}", "\n", "\r", "\x00", "\ud800", "\u2028", "\ufeff", "$x",
    "__import__('os')", "(1,)", "AAPL\n", "a" * 32, "a" * 32 + "\n",
    "prices/AAPL/20260105T120000Z-0123456789abcdef.json", "2024-01-02", "US", "exact", "stan",
])  # fmt: skip
_NUMBERS = st.one_of(
    st.integers(), st.floats(), st.integers(-5, 300), st.floats(0, 1),
    st.sampled_from([10**400, -(10**4000), 2**64, -(2**63), -0.0, 1e308, 5e-324]),
)  # fmt: skip
_OTHER = st.one_of(
    st.binary(max_size=3), st.tuples(st.integers()), st.sets(st.integers()), st.complex_numbers(),
    st.decimals(), st.dates(), st.just(print), st.just(object()),
)  # fmt: skip
_LEAVES = st.none() | st.booleans() | _NUMBERS | _TEXTS | _OTHER
_DEEP = st.sampled_from([10, 90, 250, 2000]).map(_nested)
VALUES = _DEEP | st.recursive(
    _LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(_TEXTS | _NUMBERS, inner, max_size=4)
    ),
    max_leaves=8,
)
# Such as models take, so that they take some.
_FITTING = st.one_of(
    st.booleans(), st.none(), st.integers(1, 50), st.floats(0.5, 0.99),
    st.sampled_from(["exact", "stan", "linear", "additive", "US", "AAPL", "brk.b", "2024-01-02"]),
    st.lists(st.dates().map(str), max_size=3),
    st.dictionaries(st.sampled_from(["tiingo", "sample"]), st.integers(0, 9)),
)  # fmt: skip
NAMES = (
    st.sampled_from(["x", "y", "days"])
    | _TEXTS
    | st.sampled_from(["x", "_", "class", "None", "True", "match", "é", "x\n", "x=1;y"])
)


@pytest.fixture(scope="module")
def notebook(tmp_path_factory):
    return load_notebook_node(str(notebook_file(tmp_path_factory.mktemp("notebook"), "x = 1")))


def out_of_the_cell(notebook, parameters):
    """What a notebook's parameters are once they have been written into its cell, read as data."""
    written = parameterize_notebook(notebook, parameters, kernel_name=KERNEL, engine_name=ENGINE)
    (source,) = [
        each.source for each in written.cells if "injected-parameters" in each.metadata.tags
    ]
    read = {}
    for statement in ast.parse(source).body:
        assert isinstance(statement, ast.Assign), source
        (target,) = statement.targets
        read[target.id] = ast.literal_eval(statement.value)
    return read


def same(left, right):
    """Equal, and of the same plain types all the way down."""
    if type(left) is not type(right) or type(left) not in _PLAIN:
        return False
    if isinstance(left, dict):
        return list(left) == list(right) and all(same(left[name], right[name]) for name in left)
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    # Minus zero is another number to whoever divides by it.
    return left == right and (left != 0 or math.copysign(1, left) == math.copysign(1, right))


def accepted(make, *arguments):
    try:
        return make(*arguments)
    except (ValidationError, InvalidRequest):
        return None


def test_plain_data_under_plain_names_and_nothing_else(notebook, figures):
    counted = Counter()

    @generated(parameters=st.dictionaries(NAMES, _FITTING | VALUES, max_size=4))
    def check(parameters):
        given = accepted(json_parameters, parameters)
        counted["refused" if given is None else "accepted"] += 1
        if given is not None:
            assert all(re.fullmatch("[A-Za-z_][A-Za-z0-9_]*", name) for name in given)
            assert not any(map(keyword.iskeyword, given))
            assert same(given, parameters)
            assert same(out_of_the_cell(notebook, given), given)

    for_a_share(check, 1 / 9)
    figures.append(str(dict(counted)))
    assert counted["accepted"] > 0


@pytest.mark.parametrize("model", [IngestParameters, ForecastParameters, ModelConfig])
def test_what_a_model_accepts_comes_out_of_the_cell_as_it_is(notebook, figures, model):
    counted = Counter()
    good = {
        IngestParameters: {"job_id": "a" * 32, "ticker": "AAPL", "calls_allowed": {"tiingo": 3}},
        ForecastParameters: {
            "job_id": "a" * 32, "ticker": "AAPL", "days": 5,
            "price_version": "prices/AAPL/20260105T120000Z-0123456789abcdef.json",
        },
        ModelConfig: {},
    }[model]  # fmt: skip
    fields = st.sampled_from([*model.model_fields]) | NAMES

    @generated(changes=st.dictionaries(fields, _FITTING | VALUES, max_size=3))
    def check(changes):
        made = accepted(model.model_validate, {**good, **changes})
        counted["refused" if made is None else "accepted"] += 1
        if made is not None:
            given = made.model_dump(mode="json", exclude_unset=True)
            assert same(out_of_the_cell(notebook, json_parameters(given)), given)

    for_a_share(check, 1 / 18)
    figures.append(str(dict(counted)))
    assert counted["accepted"] > 0


def test_what_a_request_holds_is_refused_with_one_error_or_plain(figures):
    counted = Counter()
    good = {"ticker": "AAPL", "days": 5}
    fields = st.sampled_from(["ticker", "days", "model", "params"]) | NAMES

    @generated(changes=st.dictionaries(fields, _FITTING | VALUES, max_size=3) | VALUES)
    def check(changes):
        body = {**good, **changes} if isinstance(changes, dict) else changes
        made = accepted(parse_request, body)
        counted["refused" if made is None else "accepted"] += 1
        if made is not None:
            assert same(made.canonical()["params"], made.params.overrides())

    for_a_share(check, 1 / 18)
    figures.append(str(dict(counted)))
