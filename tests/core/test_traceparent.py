import pytest

from stockcast_lib.core.traceparent import is_traceparent, known_traceparent

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
VALID = f"00-{TRACE}-{PARENT}-01"


@pytest.mark.parametrize("flags", ["00", "01", "ff"])
def test_a_valid_one_is_known(flags):
    text = f"00-{TRACE}-{PARENT}-{flags}"
    assert known_traceparent(text) == text
    assert is_traceparent(text)


@pytest.mark.parametrize("text", [f"cc-{TRACE}-{PARENT}-01", f"cc-{TRACE}-{PARENT}-01-more"])
def test_a_later_version_is_read_as_the_first(text):
    assert known_traceparent(text) == VALID
    assert not is_traceparent(text)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "garbage",
        VALID.upper(),
        f" {VALID}",
        f"{VALID}\n",
        f"{VALID}-more",
        f"ff-{TRACE}-{PARENT}-01",
        f"00-{'0' * 32}-{PARENT}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE}-{PARENT}",
        f"00-{TRACE[:-1]}-{PARENT}-01",
        f"00-{chr(0x660) * 32}-{PARENT}-01",
        f"cc-{TRACE}-{PARENT}-01-{'x' * 10_000}",
    ],
)
def test_anything_else_names_no_trace(text):
    assert known_traceparent(text) is None
