import dataclasses
import json
import re

import pytest

from stockcast_lib.core.errors import BadFrame, ErrorReport, InvalidRequest, Unauthorised
from stockcast_lib.core.jobs import Asker, ForecastRequest
from stockcast_lib.core.protocol import (
    MAX_LINE,
    Frame,
    HandOver,
    Reply,
    Status,
    Submit,
    _auth,
    decode_frame,
    decode_reply,
    encode_message,
    encode_reply,
)
from tests.servers import REPOSITORY

TABLES = (REPOSITORY / "server" / "PROTOCOL.md").read_text()
KEY, NOW = b"k" * 32, 1_000_000.0
MESSAGES = [
    Submit({"ticker": "AAPL", "days": 5}, {"token": "0a"}),
    HandOver("job", "prices/AAPL/x.json"),
]
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def line(message=MESSAGES[0], key=KEY, at=NOW):
    return encode_message(message, key=key, nonce="n", at=at)


@pytest.mark.parametrize("message", MESSAGES)
def test_a_message_survives_the_wire(message):
    assert decode_frame(line(message), key=KEY, now=NOW) == Frame(message, "n")


@pytest.mark.parametrize("message", MESSAGES)
def test_a_message_may_belong_to_a_trace(message):
    traced = dataclasses.replace(message, traceparent=TRACE)
    assert decode_frame(line(traced), key=KEY, now=NOW).message == traced
    assert "traceparent" not in json.loads(line(message))


def test_a_message_s_trace_is_signed():
    fields = json.loads(line())
    with pytest.raises(Unauthorised):
        decode_frame(json.dumps({**fields, "traceparent": TRACE}).encode(), key=KEY, now=NOW)


@pytest.mark.parametrize("trace", ["", "garbage", TRACE.upper(), f"{TRACE}-more", 7, ["a"]])
@pytest.mark.parametrize("message", MESSAGES)
def test_a_malformed_trace_is_a_bad_frame(message, trace):
    with pytest.raises(BadFrame):
        decode_frame(line(dataclasses.replace(message, traceparent=trace)), key=KEY, now=NOW)


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
        decode_frame(bad, key=KEY, now=NOW)


def signed(**fields):
    made = {**json.loads(line()), **fields}
    del made["auth"]
    return json.dumps({**made, "auth": _auth(made, KEY)}).encode()


@pytest.mark.parametrize("name", ["request", "asker", "nonce", "at", "traceparent", "type", "more"])
@pytest.mark.parametrize(
    "value", ["\ud800", {"a\udfff": 1}, [["\udc00"]]], ids=["text", "name", "deep"]
)
def test_half_a_character_is_a_bad_frame_wherever_it_is(name, value):
    with pytest.raises(BadFrame):
        decode_frame(signed(**{name: value}), key=KEY, now=NOW)


@pytest.mark.parametrize("number", ["1e999", "-1e999"])
def test_a_number_that_is_too_large_is_a_bad_frame_whoever_sent_it(number):
    with pytest.raises(BadFrame, match="too large"):
        decode_frame(b'{"v":1,"auth":"x","at":%s}' % number.encode(), key=KEY, now=NOW)


@pytest.mark.parametrize("at", [10**400, -(10**400), 2**63])
def test_a_time_beyond_any_clock_is_refused(at):
    with pytest.raises(Unauthorised):
        decode_frame(signed(at=at), key=KEY, now=NOW)


def test_a_reason_that_is_too_long_for_a_line_is_cut_short():
    report = InvalidRequest("é" * MAX_LINE, fields=["é" * MAX_LINE]).report()
    sent = encode_reply(Reply(Status.REJECTED, reason=report))
    assert len(sent) <= MAX_LINE
    reason = decode_reply(sent).reason
    assert (reason.code, reason.details) == ("invalid-request", {})
    assert set(reason.message) == {"é"}


def test_another_key_is_refused():
    with pytest.raises(Unauthorised):
        decode_frame(line(key=b"x" * 32), key=KEY, now=NOW)


def test_a_changed_field_is_refused():
    fields = json.loads(line())
    fields["request"]["days"] = 6
    with pytest.raises(Unauthorised):
        decode_frame(json.dumps(fields).encode(), key=KEY, now=NOW)


@pytest.mark.parametrize("at", [NOW - 301, NOW + 301])
def test_a_message_of_another_time_is_refused(at):
    with pytest.raises(Unauthorised):
        decode_frame(line(at=at), key=KEY, now=NOW)


@pytest.mark.parametrize("reply", [Reply(status, "id") for status in Status])
def test_a_reply_survives_the_wire(reply):
    assert decode_reply(encode_reply(reply)) == reply


FIELDS = {kind: [field.name for field in dataclasses.fields(kind)] for kind in (Submit, HandOver)}
OPTIONAL = "traceparent"


def rows(title):
    """The cells of a table of the protocol's document, by the name that stands first."""
    table = TABLES.split(f"| {title} ")[1].split("\n\n")[0].splitlines()[2:]
    cells = [[cell.strip() for cell in row.strip("| ").split(" | ")] for row in table]
    return {first.strip("`"): rest for first, *rest in cells}


def names(text):
    return re.findall(r"`(\w+)`", re.sub(r"\([^)]*\)", "", text))


def test_the_document_names_each_message_with_its_fields():
    documented = {name: names(fields) for name, (_, fields) in rows("message").items()}
    asker, request = list(Asker.model_fields), list(ForecastRequest.model_fields)
    assert documented == {
        "submit": ["request", *request, "asker", *asker],
        "hand_over": [name for name in FIELDS[HandOver] if name != OPTIONAL],
    }
    assert FIELDS[Submit] == ["request", "asker", OPTIONAL]
    assert f"may have `{OPTIONAL}`" in TABLES
    for message in MESSAGES:
        sent = json.loads(line(message))
        assert sent.pop("type") in documented
        assert {"v", "at", "nonce", "auth"} < sent.keys()


def test_the_document_names_each_answer():
    assert set(rows("answer `status`")) == set(Status)
    reason = names(rows("answer `status`")["rejected"][0])
    assert reason == ["reason", *ErrorReport.model_fields]


def test_the_document_names_the_longest_line_and_the_version():
    assert f"at most {MAX_LINE // 1024} KiB" in TABLES
    assert f"`v` ({json.loads(line())['v']})" in TABLES
