"""The threat model names, for each threat, tests that there are."""

import ast
import re

import pytest

from tests.servers import REPOSITORY

DOCUMENT = (REPOSITORY / "docs" / "threat-model.md").read_text("utf-8")
HEAD = "| threat | what stands against it | proof |\n| --- | --- | --- |\n"
PROOF = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def rows():
    table = DOCUMENT.split(HEAD)[1].split("\n\n")[0]
    return [[cell.strip() for cell in row.strip("| ").split(" | ")] for row in table.splitlines()]


def functions(path):
    tree = ast.parse((REPOSITORY / path).read_text("utf-8"))
    return {each.name for each in tree.body if isinstance(each, ast.FunctionDef)}


def test_there_is_a_table_of_threats():
    assert len(rows()) > 25
    assert len({row[0] for row in rows()}) == len(rows())


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_each_threat_has_a_guard_and_tests_that_there_are(row):
    _threat, guard, proof = row
    assert guard
    named = PROOF.findall(proof)
    # Nothing but tests, and at least one.
    assert named
    assert ", ".join(f"`{path}::{name}`" for path, name in named) == proof
    missing = [f"{path}::{name}" for path, name in named if name not in functions(path)]
    assert missing == []
