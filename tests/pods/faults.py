"""The faults, each done to real pods and counted by kind once it has truly happened."""

import time
from collections import Counter
from functools import partial

from stockcast_lib.core import keys
from tests.pods.cluster import await_ready

# Less than what the liveness probe allows; a paused pod's job is another's after a lease.
_LONGEST_PAUSE = 25.0
_PAUSE_SECONDS = keys.LEASE + 3
_CUT_SECONDS = 8.0
_LONGEST_WAIT = 120.0
_WORKERS = ("ingest", "forecast")


class Faults:
    """Does every kind once.

    Args:
        cluster: to whose pods.
        jobs: what Redis holds of the jobs.
        other_image: to roll to.
    """

    def __init__(self, cluster, jobs, other_image):
        self.done = Counter()
        self._cluster = cluster
        self._jobs = jobs
        self._port = {each: cluster.port(each) for each in ("redis", "ingest", "forecast")}
        self.kinds = {
            "forecast pod killed in a run": self._kill_in_a_run,
            "forecast pod paused in a run, which another then made": self._pause_in_a_run,
            "ingest pod paused": partial(self._pause, "ingest"),
            **{f"{each} pod cut from Redis": partial(self._cut_off, each) for each in _WORKERS},
            "gateway pod cut from Redis": partial(self._cut, "gateway", "redis"),
            "gateway pod cut from ingest pods": partial(self._cut, "gateway", "ingest"),
            "ingest pod cut from forecast pods": partial(self._cut, "ingest", "forecast"),
            **{f"{each} pod killed": partial(self._kill, each)
               for each in ("ingest", "gateway", "redis", "s3")},
            **{f"{each} pod stopped": partial(self._stop, each) for each in (*_WORKERS, "gateway")},
            **{f"{each} rolled to another image": partial(self._roll, each, other_image)
               for each in (*_WORKERS, "gateway")},
        }  # fmt: skip

    def strike(self, tell):
        """One after the other; the next once all pods are ready again."""
        for kind, strike in self.kinds.items():
            began = time.monotonic()
            if strike():
                self.done[kind] += 1
            self._cluster.await_ready()
            tell(f"{self.done[kind]} x {kind}, over after {time.monotonic() - began:.0f} s")

    def _kill(self, owner):
        kept = self._cluster.pods(owner)[0]
        return self._killed(kept)

    def _killed(self, kept):
        before = len(kept.restarts)
        kept.pod.kill()
        _until(lambda: len(kept.restarts) > before)
        return kept.restarts[-1] == "ended"

    def _kill_in_a_run(self):
        return self._killed(self._caught("forecast")[0])

    def _pause_in_a_run(self):
        kept, job = self._caught("forecast", pause=True)
        try:
            # Frozen as it is, it cannot have done so itself.
            _until(lambda: self._jobs.state(job) == "done", _LONGEST_PAUSE)
            return True
        finally:
            kept.pod.unpause()

    def _caught(self, owner, *, pause=False):
        """A pod in the middle of a job, and the job; paused, if it is to be."""
        deadline = time.monotonic() + _LONGEST_WAIT
        while time.monotonic() < deadline:
            for kept in self._cluster.pods(owner):
                job = self._jobs.under_way(owner, kept.pod.name)
                if job is None:
                    continue
                if not pause:
                    return kept, job
                kept.pod.pause()
                if self._jobs.under_way(owner, kept.pod.name) == job:
                    return kept, job
                kept.pod.unpause()
            time.sleep(0.02)
        raise TimeoutError(f"no {owner} pod was seen in a run")

    def _pause(self, owner):
        kept = self._cluster.pods(owner)[0]
        kept.pod.pause()
        time.sleep(_PAUSE_SECONDS)
        kept.pod.unpause()
        return True

    def _cut(self, owner, other):
        """From all pods of another component, for a while; whether it was tried meanwhile."""
        mend = self._cluster.pods(owner)[0].pod.cut(self._port[other])
        time.sleep(_CUT_SECONDS)
        return mend() > 0

    def _cut_off(self, owner):
        """From Redis, until its probe says so."""
        kept = self._cluster.pods(owner)[0]
        mend = kept.pod.cut(self._port["redis"])
        _until(lambda: not kept.ready)
        return mend() > 0

    def _stop(self, owner):
        """As a drain does: another is started while it ends."""
        kept = self._cluster.pods(owner)[0]
        self._cluster.launch(owner)
        self._cluster.take_away(kept)
        return True

    def _roll(self, owner, image):
        self._cluster.roll(owner, image)
        await_ready(self._cluster.pods(owner), _LONGEST_WAIT)
        return {kept.pod.image for kept in self._cluster.pods(owner)} == {image}


def _until(condition, seconds=_LONGEST_WAIT):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("waited in vain for what a fault does")
        time.sleep(0.02)
