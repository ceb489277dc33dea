"""Whether a browser sends a request for a page of another site.

Browsers say so themselves, by `Sec-Fetch-Site`, or else name the page's origin. Other programs say
neither, and send nothing that their user did not mean.
"""

from collections.abc import Collection, Mapping

# The page itself, or what its reader typed or chose.
_OWN = frozenset({"same-origin", "none"})


def is_cross_site(headers: Mapping[str, str], allowed: Collection[str] = ()) -> bool:
    """Whether a request comes from a page of another origin than the one that it is sent to.

    Args:
        headers: the request's.
        allowed: other origins, such as `https://example.org`, whose pages may send it.
    """
    origin = headers.get("Origin")
    if origin in allowed:
        return False
    site = headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in _OWN
    return origin is not None and origin.partition("://")[2] != headers.get("Host")
