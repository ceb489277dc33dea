"""Tables of the documents in which each row names the tests that prove it."""

import ast
import re

from tests.servers import REPOSITORY

_PROOF = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def rows(document, *head):
    """The cells of the table with a head."""
    lines = f"| {' | '.join(head)} |\n|{' --- |' * len(head)}\n"
    table = document.split(lines)[1].split("\n\n")[0]
    return [[cell.strip() for cell in row.strip("| ").split(" | ")] for row in table.splitlines()]


def check_proof(proof):
    """Fail unless a cell holds tests that there are, at least one, and nothing else."""
    named = _PROOF.findall(proof)
    assert named
    assert ", ".join(f"`{path}::{name}`" for path, name in named) == proof
    assert [f"{path}::{name}" for path, name in named if name not in _functions(path)] == []


def _functions(path):
    tree = ast.parse((REPOSITORY / path).read_text("utf-8"))
    return {each.name for each in tree.body if isinstance(each, ast.FunctionDef)}
