"""What a published notebook that means harm gets: nothing."""

import json

import pytest

from tests.chain.client import ask, call
from tests.chain.models.published import MARKS, TICKER, tighter
from tests.model_notebooks import MODEL, before_the_report, changed

pytestmark = MARKS

FORGED_TOKEN = '"gh" + "p_" + "a1B2" * 9'


@pytest.fixture(scope="module")
def hostile(publish):
    """Behaves at the gate and in JupyterLab, and not in every forecast."""
    harm = f"""
import os, socket
if days == 7:
    print({FORGED_TOKEN})
    print({{name: value for name, value in os.environ.items() if "AWS" in name}})
if days == 8:
    raise RuntimeError({FORGED_TOKEN})
if days == 9:
    wiring.bucket().put("prices/IBM/evil", b"x")
"""
    made = before_the_report(harm)
    return publish(changed(MODEL, tighter(0.3)["cells"][MODEL]["source"], document=made), "hostile")


def test_no_secret_that_a_published_notebook_prints_is_shown(stack, hostile):
    model = f"hostile@{hostile['revision']}"
    job = ask(stack.api, {"ticker": TICKER, "days": 7, "model": model})[1]
    shown = call(f"{stack.api}{job['links']['notebook.ipynb']}")[2].decode()
    credentials = json.loads((stack.folder / "data" / "credentials.json").read_text())
    assert "ghp_" not in shown
    assert shown.count("[hidden]") >= 2
    assert not any(secret in shown for secret in credentials.values() if secret != "")
    status, told = ask(stack.api, {"ticker": TICKER, "days": 8, "model": model})
    assert (status, "ghp_" in json.dumps(told)) == (500, False)


def test_a_published_notebook_cannot_write_to_the_store(stack, hostile):
    model = f"hostile@{hostile['revision']}"
    status, told = ask(stack.api, {"ticker": TICKER, "days": 9, "model": model}, wait=30)
    assert (status, told.get("state")) != (200, "done")
    assert not (stack.folder / "data" / "s3" / "stockcast" / "prices" / TICKER / "evil").exists()
