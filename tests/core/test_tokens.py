"""Tokens and their rights."""

import pytest

from stockcast_lib.core.errors import RightNeeded, TokenNeeded
from stockcast_lib.core.tokens import (
    Right,
    TokenHolder,
    holder_of,
    new_token,
    parse_asked,
    parse_holders,
    require,
    token_digest,
)

ADA, BOB = "a1" * 24, "b2" * 24
HOLDERS = (
    TokenHolder("ada", frozenset(Right), token_digest(ADA)),
    TokenHolder("bob", frozenset({Right.PUBLISH}), token_digest(BOB)),
)


def test_what_is_written_is_what_is_read():
    assert parse_holders(",".join(map(str, HOLDERS))) == HOLDERS
    assert parse_holders(" ") == ()


def test_a_setting_holds_no_token():
    assert not any(token in str(HOLDERS) for token in (ADA, BOB))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("ada", "64 hex digits"),
        ("ada:publish:secret", "64 hex digits"),
        (f"ada:fly:{token_digest(ADA)}", "rights of ada"),
        (f"a b:publish:{token_digest(ADA)}", "no valid name"),
    ],
)
def test_a_wrong_setting_is_told_without_repeating_it(text, told):
    with pytest.raises(ValueError, match=told) as refused:
        parse_holders(text)
    assert "secret" not in str(refused.value)


def test_whoever_has_a_token_is_known_by_it():
    assert holder_of(f"Bearer {ADA}", HOLDERS).name == "ada"
    assert holder_of(f"bearer {BOB}", HOLDERS).name == "bob"


@pytest.mark.parametrize("right", Right)
def test_the_right_to_everything_is_every_right(right):
    root = TokenHolder("root", frozenset({Right.ADMIN}), token_digest(ADA))
    require(root, right)
    assert parse_holders(str(root)) == (root,)


@pytest.mark.parametrize("right", sorted(set(Right) - {Right.PUBLISH}))
def test_a_token_without_the_right_is_refused_by_name(right):
    with pytest.raises(RightNeeded, match=f"bob has not the right to {right}"):
        require(HOLDERS[1], right)
    require(HOLDERS[1], Right.PUBLISH)


@pytest.mark.parametrize(
    "header",
    [None, "", ADA, f"Basic {ADA}", "Bearer ", f"Bearer {ADA}x", "Bearer é", token_digest(ADA)],
)
def test_without_a_valid_token_nobody_is_let_in(header):
    assert holder_of(header, HOLDERS) is None
    with pytest.raises(TokenNeeded, match="needs a valid token with the right to publish"):
        require(None, Right.PUBLISH)


def test_where_nobody_has_one_nobody_is_let_in():
    assert holder_of(f"Bearer {ADA}", ()) is None


def test_reading_and_forecasting_may_take_a_token():
    assert parse_asked("") == frozenset()
    assert parse_asked(" forecast,") == {Right.FORECAST}
    assert parse_asked("read, forecast") == {Right.READ, Right.FORECAST}


@pytest.mark.parametrize(
    ("text", "told"),
    [("publish", "some of read and forecast"), ("all", "some of"), ("read", "must: read,forecast")],
)
def test_nothing_else_can_be_asked_for(text, told):
    with pytest.raises(ValueError, match=told):
        parse_asked(text)


def test_no_two_tokens_are_the_same():
    assert len({new_token() for _ in range(100)}) == 100
