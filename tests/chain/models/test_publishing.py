"""Through the gate into the registry, over the whole stack."""

import json

import pytest

from tests.chain.client import get
from tests.chain.models.published import GATE_SECONDS, MARKS, TICKER, quicker, tighter
from tests.commands import refusal, stockcast
from tests.model_notebooks import MODEL, PARAMETERS, bundled, changed, replaced, written

pytestmark = MARKS


def test_a_revision_says_who_published_it_with_what_and_how_it_did(stack, first):
    assert first["comparison"]["champion"] == "default@builtin"
    assert first["versions"]["prophet"]
    assert first["parameters"]["days"] == 90
    assert len(first["scores"]["trials"]) == 8
    assert first["author"]
    listed = {each["name"]: each for each in get(stack.api, "/api/v1/models")[1]["models"]}
    assert first in listed["trend"]["revisions"]
    assert listed["default"]["current"] == "builtin"


def test_the_same_code_is_the_same_revision(publish, first):
    again = tighter(0.3)
    again["cells"][0]["source"] = "Another heading"
    assert publish(again) == first


def test_what_changed_between_two_revisions_is_shown(here, first, second):
    refs = [f"trend@{each['revision']}" for each in (first, second)]
    told = stockcast(here, "diff", *refs)
    assert told.returncode == 0, told.stderr
    assert (
        "-  config = ModelConfig.of(globals()).model_copy(update={'changepoint_prior_scale': 0.3}"
        in told.stdout
    )
    assert "+  config" in told.stdout
    assert stockcast(here, "diff", refs[0], refs[0]).stdout == "The code is the same.\n"
    written(here, quicker(bundled()), "own.ipynb")
    assert (
        stockcast(here, "diff", "own.ipynb", "default@builtin").stdout == "The code is the same.\n"
    )


@pytest.mark.parametrize(
    ("document", "told"),
    [
        (replaced(PARAMETERS, "days = 90", 'days = "90"'), "days, a str"),
        (changed(MODEL, "1 / 0"), f"cell {MODEL + 1}: it fails on {TICKER}"),
    ],
)
def test_a_notebook_that_breaks_the_contract_is_not_published(here, document, told):
    written(here, document)
    command = ("publish", "model.ipynb", "--name", "broken")
    status, line = refusal(stockcast(here, *command, seconds=GATE_SECONDS))
    assert (status, told in line) == (2, True)
    assert "broken" not in stockcast(here, "models").stdout


@pytest.mark.parametrize("token", ["", "Bearer wrong"])
def test_without_a_token_nothing_is_published_or_promoted(stack, token):
    import urllib.request

    for path, body in (
        ("/api/v1/models", {"name": "x", "notebook": bundled()}),
        ("/api/v1/models/trend/promote", {"revision": "builtin"}),
    ):
        request = urllib.request.Request(  # noqa: S310
            f"{stack.api}{path}", json.dumps(body).encode(), {"Authorization": token}
        )
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=60)  # noqa: S310
        with refused.value as answer:
            assert answer.code == 401
            assert answer.headers["WWW-Authenticate"] == "Bearer"
