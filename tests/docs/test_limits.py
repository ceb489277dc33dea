"""The table of limits names, for each, the tests that hold it."""

import pytest

from tests.docs.proofs import check_proof, rows
from tests.servers import REPOSITORY

DOCUMENT = (REPOSITORY / "docs" / "operations.md").read_text("utf-8")
ROWS = rows(DOCUMENT, "what", "at most", "beyond it", "held by")


def test_there_is_a_table_of_limits():
    assert len(ROWS) > 15
    assert len({row[0] for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_each_limit_says_what_happens_beyond_it_and_has_its_tests(row):
    _what, most, beyond, proof = row
    assert most
    assert beyond
    check_proof(proof)
