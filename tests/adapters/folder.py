"""A part of a bucket for one test."""

from uuid import uuid4


class Folder:
    """A part of the shared bucket that nobody else sees."""

    def __init__(self, bucket):
        self._bucket, self._under = bucket, f"{uuid4().hex}/"
        self.puts = []

    def put(self, key, data, content_type="application/octet-stream"):
        self.puts.append(key)
        self._bucket.put(self._under + key, data, content_type)

    def get(self, key):
        return self._bucket.get(self._under + key)

    def list(self, prefix):
        return [key.removeprefix(self._under) for key in self._bucket.list(self._under + prefix)]
