"""Keeps one pod as the kubelet does: starts it, asks its probes, starts it anew."""

import subprocess
import threading
import time

from tests.pods.podman import PodmanFailed
from tests.pods.probes import passes

_TICK = 0.1
_BACK_OFF = 1.0


class Kubelet:
    """A thread that keeps a pod.

    Args:
        pod: made, and not yet started.
        told: called when it becomes ready, or is so no more.

    Attributes:
        ready: whether its Service may lead to it.
        ready_after: seconds from its container's start until it was ready first.
        restarts: why it was started anew, each time.
    """

    def __init__(self, pod, told):
        self.pod = pod
        self.ready = False
        self.ready_after = None
        self.restarts = []
        self._told = told
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._keep, daemon=True)
        self._thread.start()

    def let_go(self):
        """Keep it no more; it runs on, and no Service leads to it."""
        self._over.set()
        self._thread.join()
        self._tell(False)

    def _keep(self):
        while not self._over.is_set():
            try:
                self.pod.start()
                why = self._watch() if self._starts() else "did not start"
            except (PodmanFailed, subprocess.TimeoutExpired) as error:
                why = str(error)
            self._tell(False)
            if self._over.is_set():
                return
            if self.pod.runs():
                self.pod.end()
            self.restarts.append(why)
            self._over.wait(_BACK_OFF)

    def _starts(self):
        probe = self.pod.container["startupProbe"]
        for _ in range(probe["failureThreshold"]):
            if self._over.is_set() or not self.pod.runs():
                return False
            if passes(self.pod, probe):
                return True
            self._over.wait(probe["periodSeconds"])
        return False

    def _watch(self):
        """Until it ends or must be ended: why."""
        due = dict.fromkeys(("readinessProbe", "livenessProbe"), 0.0)
        failures = dict.fromkeys(due, 0)
        while not self._over.wait(_TICK):
            if not self.pod.runs():
                return "ended"
            for kind in [each for each in due if due[each] <= time.monotonic()]:
                probe = self.pod.container[kind]
                due[kind] = time.monotonic() + probe["periodSeconds"]
                failures[kind] = 0 if passes(self.pod, probe) else failures[kind] + 1
                failed = failures[kind] >= probe["failureThreshold"]
                if kind == "readinessProbe" and (failed or not failures[kind]):
                    self._tell(not failed)
                if kind == "livenessProbe" and failed:
                    return "not alive"
        return "let go"

    def _tell(self, ready):
        if ready and self.ready_after is None:
            self.ready_after = time.monotonic() - self.pod.started_at
        if ready != self.ready:
            self.ready = ready
            self._told(self)
