"""Generated lines for a worker: bytes, changed frames, and signed frames of odd content."""

import itertools
import json
import secrets
import time

from hypothesis import strategies as st

from stockcast_lib.core import protocol
from stockcast_lib.core.protocol import MAX_LINE, HandOver, Submit, encode_message

KEY = b"0123456789abcdef"
_MESSAGES = (
    Submit({"ticker": "AAPL", "days": 5}, {"token": "0a1b2c3d"}),
    HandOver("a" * 32, "prices/AAPL/20260105T120000Z-0123456789abcdef.json"),
)
_NUMBERS = itertools.count(secrets.randbits(100))
_DEPTHS = (1, 20, 200, 900, 1000, 5000, 30_000)
_LONG = (100, 5000, MAX_LINE - 1, MAX_LINE, 2 * MAX_LINE)


def now():
    """Whole seconds: the line is as long, and drawn from alike, whenever it is made."""
    return float(int(time.time()))


def nonce():
    """Another for each line, for one that was taken is refused; all are as long."""
    return f"{next(_NUMBERS):032x}"


def good_line(message=_MESSAGES[0]):
    return encode_message(message, key=KEY, nonce=nonce(), at=now())


# What only some parsers take, and what all take.
_NO_JSON = st.sampled_from(["NaN", "Infinity", "01", "+1", "0x10", "'a'", "", "undefined",
                            '"\ufeff', '"\t"', r'"\x00"'])  # fmt: skip
_ODD = st.sampled_from([
    "null", "true", "false", "0", "-0", "-1", "1.0", "1e999", "-1e999", "1e-999",
    "9" * 400, "-" + "9" * 400, "9" * 5000, str(2**63), str(-(2**63) - 1), "0." + "1" * 5000,
    '""', r'"\u0000"', r'"\ud800"', r'"\udfff\ud800"', r'"\ufeff"', '"\ufeff"', r'"\n"',
    '"' + "x" * 5000 + '"', '"' + "\U0001f600" * 3000 + '"', "[]", "{}", '{"a":1,"a":2}',
])  # fmt: skip
_DEEP = st.sampled_from(_DEPTHS).flatmap(
    lambda depth: st.sampled_from(["[" * depth + "]" * depth,
                                   '{"a":' * depth + "1" + "}" * depth, "[" * depth])
)  # fmt: skip
_PLAIN = st.one_of(
    st.text(max_size=20).map(json.dumps),
    st.text(max_size=20).map(lambda text: json.dumps(text, ensure_ascii=False)),
    st.integers().map(str),
    st.floats().map(json.dumps),
)
_NAMES = st.one_of(
    st.text(max_size=10).map(json.dumps),
    st.sampled_from([r'"\ud800"', '"' + "n" * 5000 + '"', r'"\u0000"', '"\U0001f600"', '"params"',
                     '"ticker"', '"days"', '"model"', '"client"', '"token"', '"lane"']),
)  # fmt: skip


def _written(pairs):
    return "{" + ",".join(f"{name}:{value}" for name, value in pairs) + "}"


_FAIR = st.recursive(
    _ODD | _PLAIN,
    lambda inner: (
        st.lists(inner, max_size=4).map(lambda each: f"[{','.join(each)}]")
        | st.lists(st.tuples(_NAMES, inner), max_size=4).map(_written)
    ),
    max_leaves=8,
)
VALUES = _FAIR | _DEEP | _NO_JSON


@st.composite
def _spoilt_object(draw, good):
    """The text of an object whose fields are good but for some."""
    pairs = [(json.dumps(name), json.dumps(value)) for name, value in good.items()]
    pairs += draw(st.lists(st.tuples(_NAMES, _FAIR), max_size=3))
    for place in draw(st.sets(st.integers(0, len(pairs) - 1), max_size=2)):
        pairs[place] = (pairs[place][0], draw(_FAIR))
    return _written(draw(st.permutations(pairs)))


_REQUESTS = _spoilt_object({"ticker": "AAPL", "days": 5, "model": "default", "params": {}})
_ASKERS = _spoilt_object({"token": "0a1b2c3d", "client": "fuzz", "lane": "batch"})


@st.composite
def signed_lines(draw):
    """Frames under the right key, wherever there is one for what they hold."""
    kind = draw(st.sampled_from(["submit", "hand_over"]))
    pairs = {"v": "1", "type": json.dumps(kind), "at": repr(now()), "nonce": json.dumps(nonce())}
    if kind == "submit":
        pairs |= {"request": draw(_REQUESTS), "asker": draw(_ASKERS)}
    else:
        pairs |= {name: draw(VALUES | st.just(json.dumps(value)))
                  for name, value in _MESSAGES[1].__dict__.items() if value}  # fmt: skip
    for name in draw(st.sets(st.sampled_from([*pairs, "traceparent", "more"]), max_size=1)):
        pairs[name] = draw(VALUES)
    return signed([(json.dumps(name), value) for name, value in pairs.items()])


def signed(pairs):
    """The line of an object as it is written, with the signature of what a reader makes of it."""
    try:
        auth = protocol._auth(json.loads(_written(pairs)), KEY)
    except (ValueError, RecursionError, AttributeError):
        auth = "0" * 64
    written = _written([*pairs, ('"auth"', json.dumps(auth))])
    return written.replace("\n", " ").encode("utf-8", "surrogatepass") + b"\n"


@st.composite
def changed_lines(draw):
    """A good frame with some bytes changed, left out, put in or said again."""
    line = bytearray(good_line(draw(st.sampled_from(_MESSAGES))))
    for _ in range(draw(st.integers(1, 4))):
        begin = draw(st.integers(0, len(line) - 1))
        end = draw(st.integers(begin, min(len(line), begin + 20)))
        line[begin:end] = draw(st.binary(max_size=8) | st.just(bytes(line[begin:end]) * 2))
        if not line:
            break
    return bytes(line) + b"\n"


_ENDS = st.sampled_from([b"\n", b"\r\n", b"\n\n", b"", b" \n"])
_CODECS = st.sampled_from(["utf-8-sig", "utf-16", "utf-32", "utf-7"])
RAW = st.one_of(
    st.binary(max_size=2000),
    st.tuples(st.binary(max_size=200), _ENDS).map(b"".join),
    st.tuples(st.sampled_from(_LONG).map(lambda size: b"x" * size), _ENDS).map(b"".join),
    st.tuples(VALUES.map(lambda text: text.encode("utf-8", "surrogatepass")), _ENDS).map(b"".join),
    _CODECS.map(lambda codec: good_line().decode().encode(codec)),
    st.lists(st.just(0), min_size=1, max_size=40).map(
        lambda many: b"".join(good_line() for _ in many)
    ),
)
