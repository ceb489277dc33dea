"""One thing wrong with the manifests."""

from copy import deepcopy
from dataclasses import dataclass

from tests.k8s.checks.manifests import Manifests

GONE = object()


@dataclass(frozen=True)
class Mutation:
    """Sets, or takes away, one value of one manifest; a path that ends in `+` appends to a list."""

    check: object
    target: str
    path: str
    value: object = GONE

    def __call__(self, manifests):
        changed = Manifests(deepcopy(manifests.all))
        place = changed.find(*self.target.split())
        *way, last = self.path.split("/")
        for step in way:
            place = place[_step(place, step)]
        if last == "+":
            place.append(self.value)
        elif self.value is GONE:
            del place[_step(place, last)]
        else:
            place[_step(place, last)] = self.value
        return changed

    def __str__(self):
        done = "gone" if self.value is GONE else str(self.value)[:40]
        return f"{self.check.__name__}: {self.target}: {self.path}: {done}"


def _step(place, step):
    return int(step) if isinstance(place, list) else step


def secret(name, key):
    return {"name": "X", "valueFrom": {"secretKeyRef": {"name": name, "key": key}}}
