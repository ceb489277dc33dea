"""The gateway of a real stack under generated requests, each answer held against the document."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.stack, pytest.mark.kernels, pytest.mark.timeout(900)]

_SECONDS = int(os.environ.get("STOCKCAST_FUZZ_SECONDS", "30"))
_HERE = Path(__file__).parent


def token_of(stack):
    """The one that `stockcast up` made, with every right."""
    kept = json.loads((stack.folder / "data" / "credentials.json").read_text(encoding="utf-8"))
    return kept["gateway_token"]


@pytest.mark.parametrize(
    ("phases", "share", "counted"),
    [
        ("examples,coverage,fuzzing", 2 / 3, r"Test cases:\s+(\d+) generated"),
        # In a run of its own: the other phases may use up the whole time.
        ("stateful", 1 / 3, r"Scenarios:\s+(\d+)"),
    ],
    ids=["each call", "call after call"],
)
def test_no_generated_request_finds_an_answer_that_is_not_documented(
    stack, tmp_path, figures, phases, share, counted
):
    command = [
        str(Path(sys.executable).parent / "schemathesis"), "--no-color",
        "--config-file", str(_HERE / "schemathesis.toml"),
        "run", f"{stack.api}/openapi.json",
        "--phases", phases, "--max-time", str(round(_SECONDS * share)), "--request-timeout", "70",
        "--continue-on-failure",
        "--header", f"Authorization: Bearer {token_of(stack)}",
    ]  # fmt: skip
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, timeout=_SECONDS + 300, check=False
    )
    told = re.sub(r"\s+\n", "\n", done.stdout)
    figures.append(told[told.rfind("Test cases:") :])
    assert done.returncode == 0, told[-20_000:] + done.stderr[-2_000:]
    assert sum(map(int, re.findall(counted, told))) > 0, told[-2_000:]
