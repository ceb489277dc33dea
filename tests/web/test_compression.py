"""Who takes gzip, and of what it is made."""

import pytest

from stockcast_lib.web.compression import accepts_gzip, is_compressible


@pytest.mark.parametrize(
    ("header", "taken"),
    [
        ("gzip", True),
        ("GZIP", True),
        ("br;q=1.0, gzip;q=0.8", True),
        ("*", True),
        ("identity;q=0.5, *;q=0.1", True),
        ("", False),
        ("identity", False),
        ("gzip;q=0", False),
        ("gzip; q=0.000", False),
        ("*, gzip;q=0", False),
        ("*;q=0", False),
        ("x-gzip-like", False),
        ("gzip;q=much", False),
    ],
)
def test_the_header_s_weights_are_heeded(header, taken):
    assert accepts_gzip(header) is taken


@pytest.mark.parametrize(
    ("media", "smaller"),
    [
        ("application/json", True),
        ("application/x-ipynb+json", True),
        ("application/problem+json", True),
        ("text/csv; charset=utf-8", True),
        ("text/html; charset=utf-8", True),
        ("image/png", False),
        # Each event goes out by itself and at once.
        ("text/event-stream", False),
        ("text/event-stream; charset=utf-8", False),
    ],
)
def test_texts_are_packed_and_pictures_and_events_are_not(media, smaller):
    assert is_compressible(media) is smaller
