import pytest

from stockcast_lib.client.event_stream import MAX_EVENT, StreamEvent, read_events
from stockcast_lib.core.errors import BadAnswer

TEXT = (
    ": hello\r\nevent: state\r\nid: 1\r\ndata: {\r\ndata:}\r\n\r\ndata: é\r\n\r\nretry: 9\r\n\r\n"
)
EVENTS = [StreamEvent("state", "{\n}", "1"), StreamEvent("message", "é", "1")]


@pytest.mark.parametrize("end", ["\r\n", "\n"])
@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_events_are_the_same_however_the_bytes_are_cut(end, size):
    data = TEXT.replace("\r\n", end).encode()
    chunks = [data[start : start + size] for start in range(0, len(data), size)]
    assert list(read_events(chunks)) == EVENTS


def test_a_lone_carriage_return_ends_a_line():
    data = TEXT.replace("\r\n", "\r").encode()
    assert list(read_events([data, b":"])) == EVENTS


def test_an_event_is_given_as_soon_as_it_is_whole():
    def chunks():
        yield b"data: 1\n\n"
        pytest.fail("the next chunk was waited for")

    assert next(read_events(chunks())).data == "1"


@pytest.mark.parametrize("data", [b"", b"data: 1", b"data: 1\n", b"event: x\n\n", b": only\n\n"])
def test_what_is_cut_short_or_empty_is_no_event(data):
    assert list(read_events([data])) == []


def test_an_id_with_a_null_is_left_out():
    (found,) = read_events([b"id: 1\nid: 2\0\ndata: x\n\n"])
    assert found.id == "1"


@pytest.mark.parametrize("part", [b"x" * 1024, b"data: " + b"x" * 1024 + b"\n"])
def test_an_event_without_an_end_is_given_up(part):
    with pytest.raises(BadAnswer, match=str(MAX_EVENT)):
        list(read_events(part for _ in range(100)))
