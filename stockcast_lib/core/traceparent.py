"""W3C Trace Context's `traceparent`: which trace something belongs to, and what it comes after."""

import re

# Version, trace, parent, flags; versions after the first may add fields.
_FORM = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-[!-~]{1,200})?")
_FIRST, _FORBIDDEN = "00", "ff"


def known_traceparent(text: str | None) -> str | None:
    """A caller's `traceparent` in the first version's form; None where there is no valid one."""
    found = _FORM.fullmatch(text or "")
    if found is None:
        return None
    version, trace, parent, flags, more = found.groups()
    if version == _FORBIDDEN or (version == _FIRST and more):
        return None
    # All zeros name nothing.
    if not (trace.strip("0") and parent.strip("0")):
        return None
    return f"{_FIRST}-{trace}-{parent}-{flags}"


def is_traceparent(text: str) -> bool:
    """Whether it is valid, and as this project itself writes it."""
    return known_traceparent(text) == text
