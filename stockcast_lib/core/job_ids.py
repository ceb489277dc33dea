"""Job ids that cannot be guessed, and that tell their own from a stranger's.

An id is 15 random bytes and a 5 byte tag over them, in base32: 32 characters `a-z2-7`. The tag
lets a reader tell an id that was once given out ("lost") from one that never was ("unknown").
"""

import base64
import hashlib
import hmac
import re

TOKEN_BYTES = 15
_TAG_BYTES = 5
_SHAPE = re.compile(r"[a-z2-7]{32}")


def _tag(token: bytes, key: bytes) -> bytes:
    return hmac.new(key, b"job-id:" + token, hashlib.sha256).digest()[:_TAG_BYTES]


def job_id(token: bytes, key: bytes) -> str:
    """The id for `TOKEN_BYTES` random bytes under the service's key."""
    return base64.b32encode(token + _tag(token, key)).decode().lower()


def is_ours(candidate: str, key: bytes) -> bool:
    """Whether this service gave the id out."""
    if not _SHAPE.fullmatch(candidate):
        return False
    raw = base64.b32decode(candidate.upper())
    return hmac.compare_digest(raw[TOKEN_BYTES:], _tag(raw[:TOKEN_BYTES], key))
