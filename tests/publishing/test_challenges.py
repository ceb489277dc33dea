"""Which revision is tried beside what a name stands for, with a real Redis and a real S3."""

import secrets

import pytest

from stockcast_lib.adapters.redis_models import RedisModelBoard
from stockcast_lib.adapters.s3_models import S3ModelStore
from stockcast_lib.core import keys
from stockcast_lib.core.errors import InvalidRequest, UnknownModel
from stockcast_lib.core.models import ModelRef
from stockcast_lib.publishing.challenges import ModelChallengers, challenge
from stockcast_lib.publishing.registry import ModelRegistry
from tests.publishing.records import CODE, promotion, revision

pytestmark = pytest.mark.services
OTHER, THIRD = "fedcba9876543210", "00112233445566aa"


@pytest.fixture
def registry(bucket, redis_client):
    return ModelRegistry(S3ModelStore(bucket, "set", "1.0"), RedisModelBoard(redis_client))


@pytest.fixture
def name(registry):
    """A model's, with three revisions, of which the first is current."""
    made = f"m{secrets.token_hex(4)}"
    for code in (CODE, OTHER, THIRD):
        registry.store.save(revision(made, code), b"notebook")
    promote(registry, promotion(made, CODE))
    return made


@pytest.fixture
def challengers(registry):
    return ModelChallengers(registry)


def promote(registry, made):
    registry.board.publish(made.name, registry.store.add_promotion(made), made)


def test_the_last_challenge_counts_until_it_is_ended(registry, challengers, name):
    served = f"{name}@{CODE}"
    assert challengers.beside(served) is None
    for code in (OTHER, THIRD):
        made = challenge(registry, ModelRef(name, code), "ada")
        assert (made.revision, made.by) == (code, "ada")
        assert challengers.beside(served) == f"{name}@{code}"
    challenge(registry, ModelRef(name), "bob")
    assert challengers.beside(served) is None
    trail = registry.store.challenges(name)
    assert [(each.revision, each.by) for each in trail] == [
        (OTHER, "ada"), (THIRD, "ada"), (None, "bob"),
    ]  # fmt: skip


def test_only_what_the_name_stands_for_has_a_challenger(registry, challengers, name):
    challenge(registry, ModelRef(name, OTHER), "ada")
    assert challengers.beside(f"{name}@{THIRD}") is None
    assert challengers.beside(f"{name}@{OTHER}") is None
    promote(registry, promotion(name, OTHER, minutes=5))
    assert registry.challenger(name) is None
    assert challengers.beside(f"{name}@{OTHER}") is None


def test_our_own_notebook_has_one_under_its_plain_name(registry, challengers):
    registry.store.save(revision("default", OTHER), b"notebook")
    challenge(registry, ModelRef("default", OTHER), "ada")
    try:
        assert challengers.beside("default") == f"default@{OTHER}"
        registry.board.publish("default", "x", promotion("default", CODE))
        # Accepted before the promotion, it was our own notebook's.
        assert challengers.beside("default") is None
        assert challengers.beside(f"default@{CODE}") == f"default@{OTHER}"
    finally:
        challenge(registry, ModelRef("default"), "ada")


def test_a_lost_redis_is_filled_from_what_is_stored(registry, challengers, redis_client, name):
    challenge(registry, ModelRef(name, OTHER), "ada")
    redis_client.flushall()
    assert challengers.beside(f"{name}@{CODE}") == f"{name}@{OTHER}"
    assert redis_client.exists(keys.current_challenge(name))


def test_what_is_no_challenger_is_refused(registry, name):
    with pytest.raises(InvalidRequest, match="stands for already"):
        challenge(registry, ModelRef(name, CODE), "ada")
    with pytest.raises(UnknownModel):
        challenge(registry, ModelRef(name, "aa" * 8), "ada")
    with pytest.raises(UnknownModel):
        challenge(registry, ModelRef("nobody", CODE), "ada")
    assert registry.store.challenges(name) == []


def test_runs_that_were_dropped_are_counted_by_challenger(registry, challengers, name):
    for code in (OTHER, OTHER, THIRD):
        challengers.dropped(f"{name}@{code}")
    counted = [registry.board.dropped(ModelRef(name, code)) for code in (OTHER, THIRD, CODE)]
    assert counted == [2, 1, 0]
