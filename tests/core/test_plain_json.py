import json

import pytest

from stockcast_lib.core.plain_json import MAX_DEPTH, NoPlainJson, plain_json


def nested(levels):
    return "[" * levels + "]" * levels


@pytest.mark.parametrize(
    "value", [None, True, 0, -1.5, "é😀", [], {}, {"a": [{"b": None}]}, 10**300], ids=repr
)
@pytest.mark.parametrize("ascii_only", [True, False])
def test_plain_data_comes_out_as_it_is(value, ascii_only):
    assert plain_json(json.dumps(value, ensure_ascii=ascii_only)) == value


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is not JSON"),
        ("{", "is not JSON"),
        ("9" * 5000, "is not JSON"),
        ("NaN", "NaN"),
        ("[-Infinity]", "Infinity"),
        ("1e999", "too large"),
        (r'{"\ud800": 1}', "half a character"),
    ],
)
def test_what_some_reader_or_store_would_not_take_is_refused(text, why):
    with pytest.raises(NoPlainJson, match=why):
        plain_json(text)


def test_as_many_levels_are_taken_as_it_says():
    assert plain_json(nested(MAX_DEPTH))
    for levels in (MAX_DEPTH + 1, 500, 100_000):
        with pytest.raises(NoPlainJson, match=f"deeper than {MAX_DEPTH} levels"):
            plain_json(nested(levels))
