"""Looks at the ledger in S3, each an object of its own; the greatest key is the last one."""

import hashlib

import structlog

from stockcast_lib.adapters.integrity import read_whole
from stockcast_lib.adapters.s3 import Bucket
from stockcast_lib.core import keys
from stockcast_lib.core.errors import DamagedObject
from stockcast_lib.core.scores import Scores

_log = structlog.get_logger()
_REMEDY = "score the ledger again, with `stockcast score`."


class S3Scores:
    """The `ScoreStore` port."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket

    def current(self) -> Scores:
        """See `ScoreStore.current`; a look that is damaged counts as never taken."""
        for key in reversed(self._bucket.list(keys.SCORES)):
            try:
                data = read_whole(self._bucket, key, _REMEDY)
            except DamagedObject as error:
                _log.warning("scores.damaged", error=error.message, key=key)
            else:
                return Scores() if data is None else Scores.model_validate_json(data)
        return Scores()

    def save(self, scores: Scores) -> None:
        """See `ScoreStore.save`."""
        if scores.scored_at is None:
            raise ValueError("a look at the ledger has a time")
        data = scores.model_dump_json(by_alias=True).encode()
        digest = hashlib.sha256(data).hexdigest()[:16]
        last = next(reversed(self._bucket.list(keys.SCORES)), None)
        key = keys.score_document(keys.stamp_behind(scores.scored_at, last), digest)
        self._bucket.put(key, data, "application/json")
