"""Whether a browser sends a request for another site's page."""

import pytest

from stockcast_lib.core.cross_site import is_cross_site

HOST = "stockcast.example.org"
OWN = f"https://{HOST}"


@pytest.mark.parametrize(
    ("headers", "cross"),
    [
        # A program that is no browser.
        ({}, False),
        ({"Origin": OWN}, False),
        ({"Origin": f"http://{HOST}"}, False),
        ({"Origin": "https://evil.example"}, True),
        ({"Origin": f"{OWN}.evil.example"}, True),
        ({"Origin": f"{OWN}:8443"}, True),
        ({"Origin": "null"}, True),
        ({"Origin": ""}, True),
        ({"Origin": "http://[x"}, True),
        ({"Sec-Fetch-Site": "same-origin"}, False),
        ({"Sec-Fetch-Site": "none"}, False),
        ({"Sec-Fetch-Site": "same-site"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, True),
        # A proxy may have changed the host: what the browser says itself goes before.
        ({"Origin": "https://shown.example", "Sec-Fetch-Site": "same-origin"}, False),
        ({"Origin": OWN, "Sec-Fetch-Site": "cross-site"}, True),
    ],
)
def test_a_browser_says_for_whom_it_asks(headers, cross):
    assert is_cross_site({"Host": HOST, **headers}) is cross


def test_an_origin_that_is_allowed_is_no_stranger():
    for site in ("cross-site", None):
        headers = {"Host": HOST, "Origin": "https://app.example"}
        headers |= {"Sec-Fetch-Site": site} if site else {}
        assert not is_cross_site(headers, {"https://app.example"})
        assert is_cross_site(headers, {"https://app.example.org"})
