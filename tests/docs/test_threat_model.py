"""The threat model names, for each threat, tests that there are."""

import pytest

from tests.docs.proofs import check_proof, rows
from tests.servers import REPOSITORY

DOCUMENT = (REPOSITORY / "docs" / "threat-model.md").read_text("utf-8")
ROWS = rows(DOCUMENT, "threat", "what stands against it", "proof")


def test_there_is_a_table_of_threats():
    assert len(ROWS) > 25
    assert len({row[0] for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_each_threat_has_a_guard_and_tests_that_there_are(row):
    _threat, guard, proof = row
    assert guard
    check_proof(proof)
