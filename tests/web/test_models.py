"""The calls for model notebooks, over a publisher that a test makes up."""

import json

import pytest

from stockcast_lib.core.errors import ContractBroken, UnknownModel, WorseThanChampion
from stockcast_lib.core.models import Challenge, ModelRef
from stockcast_lib.core.tokens import Right, TokenHolder, token_digest
from stockcast_lib.web.access import Access
from tests.gateway import fetch, running_gateway
from tests.model_notebooks import BUNDLED, bundled
from tests.publishing.records import CODE, NOW, promotion, revision

ADA, BOB = "a1" * 24, "b2" * 24
HOLDERS = (
    TokenHolder("ada", frozenset(Right), token_digest(ADA)),
    TokenHolder("bob", frozenset({Right.PUBLISH}), token_digest(BOB)),
)
MODELS = "/api/v1/models"
PROMOTE = f"{MODELS}/trend/promote"
CHALLENGE = f"{MODELS}/trend/challenger"


class Publishing:
    """Has one model; does as it is told."""

    def __init__(self):
        self.raises = None
        self.done = []
        self.new = True

    def publish(self, name, document, author):
        self._do("publish", name, document, author)
        return revision(name, author=author), self.new

    def promote(self, ref, by, because):
        self._do("promote", ref, by, because)
        return promotion(ref.name, ref.revision, by=by, because=because)

    def challenge(self, ref, by):
        self._do("challenge", ref, by)
        return Challenge(name=ref.name, revision=ref.revision, at=NOW, by=by)

    def overview(self):
        dump = {"mode": "json", "by_alias": True}
        return [
            {
                "name": "trend",
                "current": CODE,
                "revisions": [revision().model_dump(**dump)],
                "promotions": [promotion().model_dump(**dump)],
                "challenger": None,
                "dropped": 3,
                "challenges": [],
            }
        ]

    def notebook(self, ref):
        self._do("notebook", ref)
        return BUNDLED.read_bytes()

    def _do(self, *what):
        self.done.append(what)
        if self.raises:
            raise self.raises


@pytest.fixture
def publishing():
    return Publishing()


@pytest.fixture
def ask(service, publishing):
    """Asks a gateway; gives status, headers and document."""
    with running_gateway(service, publishing=publishing, access=Access(HOLDERS)) as url:

        def ask(path, body=None, token=None):
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            data = None if body is None else json.dumps(body).encode()
            method = "GET" if body is None else "POST"
            answer = fetch(f"{url}{path}", method=method, body=data, **headers)
            return answer.status, answer.headers, json.loads(answer.body)

        yield ask


PUBLICATION = {"name": "trend", "notebook": bundled()}


def test_models_are_listed_for_everybody(ask):
    status, _, told = ask(MODELS)
    assert (status, told["models"][0]["current"]) == (200, CODE)


def test_a_notebook_is_given_as_it_was_published(ask, publishing):
    status, headers, told = ask(f"{MODELS}/trend/{CODE}/notebook.ipynb")
    assert (status, headers["Content-Type"]) == (200, "application/x-ipynb+json")
    assert told["nbformat"] == 4
    assert publishing.done == [("notebook", ModelRef("trend", CODE))]


def test_whoever_may_publishes_under_their_own_name(ask, publishing):
    status, _, told = ask(MODELS, PUBLICATION, BOB)
    assert (status, told["author"], told["revision"]) == (201, "bob", CODE)
    publishing.new = False
    assert ask(MODELS, PUBLICATION, ADA)[0] == 200
    assert publishing.done[0][:3:2] == ("publish", bundled())


def test_whoever_may_promotes_and_gives_a_reason(ask, publishing):
    status, _, told = ask(PROMOTE, {"revision": CODE, "because": "why"}, ADA)
    assert (status, told["by"], told["because"]) == (200, "ada", "why")
    assert publishing.done == [("promote", ModelRef("trend", CODE), "ada", "why")]


@pytest.mark.parametrize("code", [CODE, None])
def test_whoever_may_promote_begins_and_ends_a_challenge(ask, publishing, code):
    status, _, told = ask(CHALLENGE, {"revision": code}, ADA)
    assert (status, told["revision"], told["by"]) == (200, code, "ada")
    assert publishing.done == [("challenge", ModelRef("trend", code), "ada")]


@pytest.mark.parametrize(
    ("path", "body"),
    [(MODELS, PUBLICATION), (PROMOTE, {"revision": CODE}), (CHALLENGE, {"revision": CODE})],
)
@pytest.mark.parametrize("token", [None, "wrong", token_digest(ADA)])
def test_without_a_valid_token_nothing_is_done(ask, publishing, path, body, token):
    status, headers, told = ask(path, body, token)
    assert (status, headers["WWW-Authenticate"]) == (401, "Bearer")
    assert told["type"] == "/problems/token-needed"
    assert publishing.done == []


@pytest.mark.parametrize("path", [PROMOTE, CHALLENGE])
def test_a_token_without_the_right_does_nothing(ask, publishing, path):
    status, _, told = ask(path, {"revision": CODE}, BOB)
    assert (status, told["type"]) == (403, "/problems/right-needed")
    assert publishing.done == []


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        (MODELS, {"notebook": {}}, "name"),
        (MODELS, {"name": "Big", "notebook": {}}, "name"),
        (MODELS, {"name": "trend", "notebook": []}, "notebook"),
        (MODELS, [], "body"),
        (PROMOTE, {}, "revision"),
        (PROMOTE, {"revision": "newest"}, "revision"),
        (PROMOTE, {"revision": CODE, "because": ""}, "because"),
        (PROMOTE, {"revision": CODE, "spam": 1}, "spam"),
        (CHALLENGE, {}, "revision"),
        (CHALLENGE, {"revision": "newest"}, "revision"),
    ],
)
def test_a_wrong_field_is_named(ask, publishing, path, body, field):
    status, _, told = ask(path, body, ADA)
    assert (status, told["fields"][0]["field"]) == (422, field)
    assert publishing.done == []


@pytest.mark.parametrize(
    ("error", "path", "body", "status"),
    [
        (ContractBroken("Broken.", faults=[]), MODELS, PUBLICATION, 422),
        (UnknownModel("None such.", known=["trend"]), PROMOTE, {"revision": CODE}, 404),
        (WorseThanChampion("Worse."), PROMOTE, {"revision": CODE}, 409),
    ],
)
def test_a_refusal_says_why(ask, publishing, error, path, body, status):
    publishing.raises = error
    got, _, told = ask(path, body, ADA)
    assert (got, told["detail"]) == (status, error.message)


def test_a_name_that_is_none_is_unknown(ask):
    assert ask(f"{MODELS}/Big/promote", {"revision": CODE}, ADA)[0] == 404
    assert ask(f"{MODELS}/trend/newest/notebook.ipynb")[0] == 404
