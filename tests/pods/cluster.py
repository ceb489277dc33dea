"""The rendered manifests, running: a network, its Services, and every replica as a container."""

import json
import secrets
import shutil
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from stockcast_lib.adapters.redis_users import RedisRole
from stockcast_lib.core.tokens import new_token, token_digest
from tests.k8s.checks.manifests import component
from tests.pods.kubelet import Kubelet
from tests.pods.pod import Pod
from tests.pods.podman import PodmanFailed, podman
from tests.pods.services import Services

# A quiet machine needs five; one that others use as well may need many times that.
READY_SECONDS = 300
JOB_SECONDS = 300
# What others need comes first.
ORDER = ("redis", "s3", "ingest", "forecast", "gateway", "dashboard")


@dataclass(frozen=True)
class End:
    """How a pod ended that was told to."""

    name: str
    component: str
    status: int
    seconds: float
    grace: float


@dataclass(frozen=True)
class Start:
    """How long a pod took to be ready, and what its processes did until then, in seconds."""

    component: str
    seconds: float
    processor: float


class Cluster:
    """Runs while its context lasts; whatever it made is gone after it, by its id.

    Args:
        manifests: that it is described by.

    Attributes:
        ends: of the pods that were told to end.
        starts: of the first pods.
        secrets: made up, as the manifests name them.
    """

    def __init__(self, manifests):
        self.manifests = manifests
        self.run = secrets.token_hex(4)
        self.network = f"stockcast-pods-{self.run}"
        self.secrets = _made_up()
        self.ends, self.starts = [], []
        self.kept = []
        self._made = []
        self._numbers = count(1)
        self._lock = threading.RLock()

    def __enter__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="stockcast-pods-"))
        # Every user in the pods must come through to its volumes.
        self.folder.chmod(0o711)
        podman("network", "create", "--internal", self.network)
        try:
            (network,) = json.loads(podman("network", "inspect", self.network))
            # The address is there once a container is.
            self._gateway = network["subnets"][0]["gateway"]
            self._services = None
            self._start_all()
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(self, *_):
        self._close()

    @property
    def api(self):
        """The gateway's URL, by its Service."""
        return f"http://{self._gateway}:{self.port('gateway')}"

    def service_url(self, owner):
        """The URL of a component's Service."""
        return f"http://{self._gateway}:{self.port(owner)}"

    def pods(self, owner):
        """What keeps each of a component's pods."""
        return [each for each in self.kept if each.pod.component == owner]

    def workload(self, owner):
        """The manifest of a component."""
        return next(each for each in self.manifests.workloads() if component(each) == owner)

    def names_for(self, workload):
        """Options by which a container finds the Services, and is found."""
        own = [f"--network-alias={workload['metadata']['name']}"]
        others = [
            f"--add-host={each['metadata']['name']}:{self._gateway}"
            for each in self.manifests.of("Deployment")
        ]
        return others + (own if workload["kind"] == "StatefulSet" else [])

    def launch(self, owner, image=None):
        """Start one more pod of a component."""
        kept = Kubelet(self._pod(owner, image), self._endpoints_changed)
        self.kept.append(kept)
        return kept

    def run_job(self, owner, seconds=JOB_SECONDS):
        """Run one pod of a nightly job to its end: the exit status, and what it said last."""
        pod = self._pod(owner)
        pod.start()
        status = int(podman("wait", pod.id, seconds=seconds))
        said = pod.logs()
        pod.remove()
        self._made.remove(pod)
        return status, said

    def take_away(self, kept):
        """End a pod in order, as a drain or a rollout does."""
        self.kept.remove(kept)
        kept.let_go()
        status, seconds = kept.pod.end()
        self.ends.append(End(kept.pod.name, kept.pod.component, status, seconds, kept.pod.grace))
        kept.pod.remove()
        self._made.remove(kept.pod)

    def drop(self, kept):
        """Have a pod gone, without its goodbye."""
        self.kept.remove(kept)
        kept.let_go()
        kept.pod.remove()
        self._made.remove(kept.pod)

    def roll(self, owner, image, seconds=READY_SECONDS):
        """Bring a new pod up, and only then take an old one away, one by one.

        Raises:
            TimeoutError: a new one did not become ready; the old ones that are left still serve.
        """
        for old in self.pods(owner):
            new = self.launch(owner, image)
            try:
                await_ready([new], seconds)
            except TimeoutError:
                self.drop(new)
                raise
            self.take_away(old)

    def await_ready(self, seconds=READY_SECONDS):
        """Until all pods are.

        Raises:
            TimeoutError: one is not in time.
        """
        await_ready(list(self.kept), seconds)

    def _pod(self, owner, image=None):
        name = f"{self.workload(owner)['metadata']['name']}-{self.run}-{next(self._numbers)}"
        pod = Pod(self, self.workload(owner), name, image)
        self._made.append(pod)
        return pod

    def _start_all(self):
        """One after the other, so that how long each takes is its own."""
        for owner in ORDER:
            for _ in range(self.workload(owner)["spec"]["replicas"]):
                kept = self.launch(owner)
                await_ready([kept], READY_SECONDS)
                used = kept.pod.processor_seconds()
                self.starts.append(Start(owner, kept.ready_after, used))

    def port(self, owner):
        """Of a component's Service."""
        name = self.workload(owner)["metadata"]["name"]
        return self.manifests.find("Service", name)["spec"]["ports"][0]["port"]

    def _endpoints_changed(self, kept):
        owner = kept.pod.component
        if self.workload(owner)["kind"] != "Deployment":
            return  # by its own name
        with self._lock:
            if self._services is None:
                self._services = Services(self._gateway)
            ready = [each.pod for each in [*self.pods(owner)] if each.ready]
            target = self._service_target(owner)
            self._services.lead(
                self.port(owner), [(each.address, each.port(target)) for each in ready]
            )

    def _service_target(self, owner):
        name = self.workload(owner)["metadata"]["name"]
        return self.manifests.find("Service", name)["spec"]["ports"][0]["targetPort"]

    def _close(self):
        faults = []
        for kept in list(self.kept):
            kept.let_go()
        for pod in self._made:
            try:
                pod.remove()
            except (PodmanFailed, subprocess.TimeoutExpired) as error:
                faults.append(str(error))
        if self._services is not None:
            self._services.close()
        podman("network", "rm", self.network)
        shutil.rmtree(self.folder)
        assert not faults, faults


def await_ready(kept, seconds):
    """Until these are ready.

    Raises:
        TimeoutError: one is not in time; with what it said last.
    """
    deadline = time.monotonic() + seconds
    while waiting := [each for each in kept if not each.ready]:
        if time.monotonic() > deadline:
            first = waiting[0]
            raise TimeoutError(
                f"{first.pod.name} is not ready ({first.restarts}):\n{first.pod.logs()}"
            )
        time.sleep(0.05)


def _made_up():
    return {
        "stockcast-redis": _redis_users(),
        "stockcast-s3": {
            "access-key": secrets.token_hex(12),
            "secret-key": secrets.token_hex(24),
        },
        "stockcast-s3-reading": {
            "access-key": secrets.token_hex(12),
            "secret-key": secrets.token_hex(24),
        },
        "stockcast-tokens": {"holders": f"tests:publish+promote:{token_digest(new_token())}"},
        "stockcast-frame": {"key": secrets.token_hex(32)},
    }


def _redis_users():
    made = {"password": secrets.token_hex(24)}
    for role in RedisRole:
        password = secrets.token_hex(24)
        made[f"{role}-password"] = password
        made[f"{role}-url"] = f"redis://{role}:{password}@stockcast-redis:6379/0"
    return made
