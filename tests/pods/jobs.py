"""What Redis holds of the jobs, read by this machine itself."""

from contextlib import closing

from stockcast_lib.adapters.redis_connection import connect
from stockcast_lib.core import keys


class Jobs:
    """The jobs in a cluster's Redis."""

    def __init__(self, cluster):
        self._cluster = cluster

    def url(self):
        """Of Redis, by the address that its pod has now."""
        (kept,) = self._cluster.pods("redis")
        password = self._cluster.secrets["stockcast-redis"]["password"]
        return f"redis://:{password}@{kept.pod.address}:{self._cluster.port('redis')}/0"

    def state(self, job):
        """How far a job is."""
        with closing(connect(self.url())) as client:
            return client.hget(keys.job(job), "state").decode()

    def under_way(self, stage, name):
        """A job that a pod has taken and not ended, or None."""
        with closing(connect(self.url())) as client:
            for found in client.smembers(f"{keys.PREFIX}open"):
                job = found.decode()
                told = client.hmget(keys.job(job), "state", "stage", "owner", "cell")
                state, at, owner, cell = (each and each.decode() for each in told)
                if state == "running" and at == stage and cell and owner.startswith(name + "-"):
                    return job
        return None
