"""What a model's name stands for, with a real Redis and a real S3."""

import hashlib
import json
import secrets

import pytest

from stockcast_lib.adapters.notebook_folder import NotebookFolder
from stockcast_lib.adapters.redis_models import RedisModelBoard
from stockcast_lib.adapters.s3_models import S3ModelStore
from stockcast_lib.core import keys
from stockcast_lib.core.contract import code_revision
from stockcast_lib.core.errors import (
    BadResult,
    DamagedObject,
    InvalidRequest,
    QueueUnavailable,
    UnknownModel,
)
from stockcast_lib.core.models import BUILT_IN, ModelRef, Promotion
from stockcast_lib.publishing.catalogue import PublishedCatalogue
from stockcast_lib.publishing.registry import ModelRegistry
from tests.model_notebooks import BUNDLED, bundled
from tests.publishing.records import CODE, promotion, revision, scores

pytestmark = pytest.mark.services
OTHER = "fedcba9876543210"


@pytest.fixture
def store(bucket):
    return S3ModelStore(bucket, "set", "1.0")


@pytest.fixture
def board(redis_client):
    return RedisModelBoard(redis_client, longest_wait=0.3)


@pytest.fixture
def registry(store, board):
    return ModelRegistry(store, board)


@pytest.fixture
def name():
    """A model's, of this test alone."""
    return f"m{secrets.token_hex(4)}"


@pytest.fixture
def promote(registry):
    def promote(made):
        key = registry.store.add_promotion(made)
        registry.board.publish(made.name, key, made)

    return promote


def test_a_revision_comes_back_as_it_was_stored(store, name):
    made = revision(name)
    store.save(made, b"notebook")
    assert store.revision(made.ref) == made
    assert store.notebook(made.ref) == b"notebook"
    assert store.revisions(name) == [made]
    assert name in store.names()
    assert store.revision(ModelRef(name, OTHER)) is None


def test_scores_are_of_the_code_and_the_library(bucket, store, name):
    store.save_scores(name, scores())
    assert store.scores(name) == scores()
    assert S3ModelStore(bucket, "set", "2.0").scores(name) is None
    assert S3ModelStore(bucket, "other", "1.0").scores(name) is None


def test_a_name_stands_for_what_was_promoted_last(registry, store, promote, name):
    with pytest.raises(UnknownModel, match="known are: default"):
        registry.resolve(ModelRef(name))
    for code, minutes in ((CODE, 0), (OTHER, 5)):
        store.save(revision(name, code), b"")
        promote(promotion(name, code, minutes))
        assert registry.resolve(ModelRef(name)) == ModelRef(name, code)
    promote(promotion(name, CODE, 10))
    assert registry.resolve(ModelRef(name)) == ModelRef(name, CODE)
    assert [each.revision for each in store.promotions(name)] == [CODE, OTHER, CODE]
    assert registry.served()[0] == "default"
    assert name in registry.served()


def test_an_earlier_promotion_that_is_told_late_changes_nothing(registry, promote, name):
    promote(promotion(name, OTHER, minutes=5))
    late = promotion(name, CODE)
    registry.board.publish(name, registry.store.add_promotion(late), late)
    assert registry.resolve(ModelRef(name)) == ModelRef(name, OTHER)


def test_a_lost_redis_is_filled_from_the_audit_trail(registry, promote, redis_client, name):
    promote(promotion(name, CODE))
    redis_client.flushall()
    assert registry.resolve(ModelRef(name)) == ModelRef(name, CODE)
    assert redis_client.hget(keys.current_model(name), "key") != b""


@pytest.mark.parametrize("changed", [b'"by":"eve"', b'"by":"ada'])
def test_a_changed_entry_of_the_audit_trail_is_not_believed(
    bucket, registry, promote, redis_client, name, changed
):
    promote(promotion(name, CODE))
    (key,) = bucket.list(keys.model_promotions(name))
    written = bucket.get(key)
    assert b'"by":"ada"' in written
    bucket.put(key, written.replace(b'"by":"ada"', changed), "application/json")
    # What is known without it goes on.
    assert registry.resolve(ModelRef(name)) == ModelRef(name, CODE)
    redis_client.flushall()
    for read in (registry.store.promotions, registry.current):
        with pytest.raises(DamagedObject, match="restore it from a copy"):
            read(name)
    bucket.put(key, written, "application/json")
    assert registry.current(name) == promotion(name, CODE)


def test_an_entry_of_before_a_field_was_added_is_believed(name):
    entry = promotion(name, CODE)
    written = json.loads(entry.model_dump_json())
    before = json.dumps(
        {k: v for k, v in written.items() if k != "comparison"}, separators=(",", ":")
    )
    digest = hashlib.sha256(before.encode()).hexdigest()[:16]
    assert Promotion.model_validate_json(before).is_whole(digest)
    assert not Promotion.model_validate_json(before).is_whole(entry.digest)


def test_a_damaged_manifest_is_told_by_its_name(bucket, store, name):
    store.save(revision(name), b"")
    key = keys.model_artefact(name, CODE, keys.MANIFEST_ARTEFACT)
    bucket.put(key, b"{}", "application/json")
    with pytest.raises(DamagedObject, match=key):
        store.revision(ModelRef(name, CODE))


def test_that_a_name_was_never_promoted_is_remembered_and_overruled(
    registry, promote, redis_client, name
):
    assert registry.current(name) is None
    assert redis_client.hget(keys.current_model(name), "manifest") == b""
    promote(promotion(name, CODE))
    assert registry.current(name).revision == CODE


def test_the_default_is_our_own_until_another_is_promoted(registry, board):
    assert registry.champion("none-such") == ModelRef("default", BUILT_IN)
    made = promotion("default", CODE)
    # On the board alone: the bucket is shared by many tests.
    board.publish("default", "k", made)
    assert registry.resolve(ModelRef("default")) == ModelRef("default", CODE)
    assert registry.resolve(ModelRef("default", BUILT_IN)) == ModelRef("default", BUILT_IN)
    assert registry.champion("none-such") == ModelRef("default", CODE)


def test_one_at_a_time_is_at_the_gate(board):
    with board.gate(), pytest.raises(QueueUnavailable, match="at the gate"), board.gate():
        pass
    with board.gate():
        pass


@pytest.fixture
def catalogue(registry, tmp_path):
    own = NotebookFolder(BUNDLED.parent, "1.0")
    return PublishedCatalogue(registry, own, tmp_path, "1.0")


def test_our_own_keeps_its_plain_name(catalogue):
    assert catalogue.resolve("default") == "default"
    assert catalogue.resolve("default@builtin") == "default@builtin"
    for model in ("default", "default@builtin"):
        assert catalogue.notebook(model) == BUNDLED
        assert not catalogue.is_published(model)
        assert catalogue.revision(model).endswith("+1.0")


def test_a_published_notebook_is_fetched_once(catalogue, store, promote, name, tmp_path):
    code, data = code_revision(bundled()), BUNDLED.read_bytes()
    store.save(revision(name, code), data)
    promote(promotion(name, code))
    model = catalogue.resolve(name)
    assert (model, catalogue.is_published(model)) == (f"{name}@{code}", True)
    assert catalogue.notebook(model).read_bytes() == data
    assert catalogue.notebook(model).parent == tmp_path
    assert catalogue.revision(model) == f"{code}+1.0"


def test_a_stored_notebook_that_is_not_the_published_one_is_not_run(catalogue, store, name):
    store.save(revision(name, CODE), BUNDLED.read_bytes())
    with pytest.raises(BadResult, match="not the one that was published"):
        catalogue.notebook(f"{name}@{CODE}")


def test_an_unknown_model_or_revision_is_refused_with_those_there_are(catalogue, store, name):
    with pytest.raises(InvalidRequest, match=f"{name} is not a known model; known are: default"):
        catalogue.resolve(name)
    store.save(revision(name, CODE), b"")
    with pytest.raises(InvalidRequest, match=f"known are: {name}@{CODE}"):
        catalogue.resolve(f"{name}@{OTHER}")
