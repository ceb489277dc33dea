"""Every code block of the tutorials and the reference, run beside a running stack."""

from pathlib import Path

import pytest

from tests.commands import run
from tests.docs.blocks import RUN, Block, blocks_of, interpreter_folder, program
from tests.servers import REPOSITORY

pytestmark = pytest.mark.long

DOCS = REPOSITORY / "docs"
# An analyst in a browser follows that one: tests/browser/test_from_notebook_to_model.py.
IN_A_BROWSER = DOCS / "tutorials" / "publishing.md"
DOCUMENTS = sorted(
    {*(DOCS / "tutorials").glob("*.md"), *(DOCS / "reference").glob("*.md")} - {IN_A_BROWSER}
)
# What serves until Ctrl-C: the stack beside the blocks was started by it, and `lab` has tests.
SERVERS = {"make run\n", ".venv/bin/stockcast lab\n"}
GATEWAY = "http://localhost:8000"


@pytest.mark.stack
@pytest.mark.kernels
@pytest.mark.timeout(600)
@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_the_blocks_of_a_document_run_in_order(document, beside, stack):
    (beside / ".venv").symlink_to(interpreter_folder())
    blocks = [
        Block(each.language, each.code.replace(GATEWAY, stack.api), each.line)
        for each in blocks_of(document)
        if each.code not in SERVERS
    ]
    assert blocks
    done = run(beside, "-c", program(blocks, document))
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_there_is_no_block_that_nobody_runs(document):
    assert {each.language for each in blocks_of(document)} <= set(RUN)


def test_a_block_that_fails_is_named_by_its_line(tmp_path):
    document = tmp_path / "page.md"
    document.write_text(
        "# T\n\n```python\nx = 1\n```\n\n- in a list:\n\n  ```bash\n  false\n  ```\n"
    )
    blocks = blocks_of(document)
    assert [(each.language, each.code, each.line) for each in blocks] == [
        ("python", "x = 1\n", 4), ("bash", "false\n", 10),
    ]  # fmt: skip
    done = run(tmp_path, "-c", program(blocks, document))
    assert done.returncode == 1
    assert "page.md, line 10: RuntimeError: status 1" in done.stderr
    shared = [Block("python", "x = 2", 1), Block("python", "assert x == 2", 2)]
    assert run(tmp_path, "-c", program(shared, Path("p.md"))).returncode == 0
