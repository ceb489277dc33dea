"""Objects in S3 that name what their bytes must be, so that a changed one is noticed.

The name is a part of the key, for metadata is not kept by every server: a folder of its own, or
what the object's name ends with. Objects of before there were such names are read as they are.
"""

import hashlib
import re

from stockcast_lib.adapters.s3 import Bucket
from stockcast_lib.core import keys
from stockcast_lib.core.errors import DamagedObject

_LENGTH = 32
_FOLDER = re.compile(rf"/([0-9a-f]{{{_LENGTH}}})/[^/]+$")
_ENDING = re.compile(r"-([0-9a-f]{16,})\.[^/]+$")
# Elsewhere a hash in a key is of something else.
_NAMED = (keys.RUNS, keys.LEDGER, keys.SCORES, keys.SYMBOL_LISTS)
_MANIFESTS = (keys.PRICES, keys.TRIAL_PRICES)


def seal(data: bytes) -> str:
    """What stands for these bytes, and no others, in a key."""
    return hashlib.sha256(data).hexdigest()[:_LENGTH]


def is_whole(key: str, data: bytes) -> bool:
    """Whether an object is what its key names; so is every one whose key names nothing."""
    if key.startswith(_MANIFESTS):
        # The manifest holds its key, and that its hash: which is of what it was without a key.
        named = keys.price_manifest_seal(key)
        return named in {None, seal(data.replace(key.encode(), b""))}
    found = (_FOLDER.search(key) or _ENDING.search(key)) if key.startswith(_NAMED) else None
    return found is None or hashlib.sha256(data).hexdigest().startswith(found[1])


def read_whole(bucket: Bucket, key: str, remedy: str) -> bytes | None:
    """An object's bytes as they were written, or None when there is none.

    Args:
        bucket: that holds it.
        key: the object's.
        remedy: what to do where it is damaged.

    Raises:
        DamagedObject: they are others.
    """
    data = bucket.get(key)
    if data is not None and not is_whole(key, data):
        name = key.rpartition("/")[2]
        raise DamagedObject(
            f"The stored {name} was changed since it was written: {remedy}", key=key
        )
    return data
