"""Tokens and their rights."""

import pytest

from stockcast_lib.core.errors import RightNeeded, TokenNeeded
from stockcast_lib.core.tokens import (
    Right,
    TokenHolder,
    allowed,
    new_token,
    parse_holders,
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


def test_whoever_has_the_right_is_named():
    assert allowed(f"Bearer {ADA}", Right.PROMOTE, HOLDERS) == "ada"
    assert allowed(f"bearer {BOB}", Right.PUBLISH, HOLDERS) == "bob"


def test_a_token_without_the_right_is_refused_by_name():
    with pytest.raises(RightNeeded, match="bob has not the right to promote"):
        allowed(f"Bearer {BOB}", Right.PROMOTE, HOLDERS)


@pytest.mark.parametrize(
    "header",
    [None, "", ADA, f"Basic {ADA}", "Bearer ", f"Bearer {ADA}x", "Bearer é", token_digest(ADA)],
)
def test_without_a_valid_token_nobody_is_let_in(header):
    with pytest.raises(TokenNeeded, match="needs a valid token"):
        allowed(header, Right.PUBLISH, HOLDERS)


def test_where_nobody_has_one_nobody_is_let_in():
    with pytest.raises(TokenNeeded):
        allowed(f"Bearer {ADA}", Right.PUBLISH, ())


def test_no_two_tokens_are_the_same():
    assert len({new_token() for _ in range(100)}) == 100
