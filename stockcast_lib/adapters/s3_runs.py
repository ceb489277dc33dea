"""What runs leave behind, in S3: each artefact under its attempt and its content's hash."""

from collections.abc import Mapping
from concurrent import futures

from stockcast_lib.adapters.integrity import read_whole, seal
from stockcast_lib.adapters.s3 import Bucket
from stockcast_lib.core import keys

_WRITERS = 3
_REMEDY = "ask for the forecast again, and it is made anew."


class S3RunArchive:
    """The `RunArchive` port."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self._pool = futures.ThreadPoolExecutor(_WRITERS, thread_name_prefix="archive")

    def write(self, job_id: str, attempt: int, name: str, data: bytes) -> None:
        """See `RunArchive.write`."""
        self._bucket.put(keys.run_artefact(job_id, attempt, seal(data), name), data)

    def write_all(self, job_id: str, attempt: int, artefacts: Mapping[str, bytes]) -> None:
        """See `RunArchive.write_all`."""
        first, *others = artefacts.items()
        # This thread writes one itself: who has one artefact starts no thread.
        waiting = [self._pool.submit(self.write, job_id, attempt, *each) for each in others]
        try:
            self.write(job_id, attempt, *first)
        finally:
            futures.wait(waiting)
        for each in waiting:
            each.result()

    def read(self, job_id: str, name: str) -> bytes | None:
        """See `RunArchive.read`."""
        held = self._bucket.list(keys.run_folder(job_id))
        latest = [key for key in held if key.endswith(f"/{name}")]
        return read_whole(self._bucket, latest[-1], _REMEDY) if latest else None
