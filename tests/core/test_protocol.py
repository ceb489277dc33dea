import json

import pytest

from stockcast_lib.core.errors import BadFrame, Unauthorised
from stockcast_lib.core.protocol import (
    MAX_LINE,
    HandOver,
    Reply,
    Status,
    Submit,
    decode_message,
    decode_reply,
    encode_message,
    encode_reply,
)

KEY, NOW = b"k" * 32, 1_000_000.0
MESSAGES = [
    Submit({"ticker": "AAPL", "days": 5}, {"token": "0a"}),
    HandOver("job", "prices/AAPL/x.json"),
]


def line(message=MESSAGES[0], key=KEY, at=NOW):
    return encode_message(message, key=key, nonce="n", at=at)


@pytest.mark.parametrize("message", MESSAGES)
def test_a_message_survives_the_wire(message):
    assert decode_message(line(message), key=KEY, now=NOW) == message


@pytest.mark.parametrize(
    "bad",
    [
        b"\n",
        b"hello\n",
        b"[]\n",
        b"\xff\xfe\n",
        b'{"v":2}\n',
        b'{"v":1,"type":"submit"}\n',
        b'{"v":1,"auth":NaN}\n',
        b"[" * 20_000 + b"\n",
        b"x" * (MAX_LINE + 1),
    ],
)
def test_garbage_is_a_bad_frame(bad):
    with pytest.raises(BadFrame):
        decode_message(bad, key=KEY, now=NOW)


def test_another_key_is_refused():
    with pytest.raises(Unauthorised):
        decode_message(line(key=b"x" * 32), key=KEY, now=NOW)


def test_a_changed_field_is_refused():
    fields = json.loads(line())
    fields["request"]["days"] = 6
    with pytest.raises(Unauthorised):
        decode_message(json.dumps(fields).encode(), key=KEY, now=NOW)


@pytest.mark.parametrize("at", [NOW - 301, NOW + 301])
def test_a_message_of_another_time_is_refused(at):
    with pytest.raises(Unauthorised):
        decode_message(line(at=at), key=KEY, now=NOW)


@pytest.mark.parametrize("reply", [Reply(status, "id") for status in Status])
def test_a_reply_survives_the_wire(reply):
    assert decode_reply(encode_reply(reply)) == reply
