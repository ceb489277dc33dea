"""The Redis in the cluster keeps what it answers, as the local stack's does, while it has room."""

import re
from pathlib import Path

from stockcast_lib.stack.embedded import redis_configuration
from tests.k8s.checks.manifests import title
from tests.k8s.checks.resources import quantity

_ELSEWHERE = ("bind ", "port ", "dir ", "requirepass ")  # where and with which password
# The rest is for its buffers, and for what changes while it rewrites its file.
_SHARE = 0.7


def durable(manifests):
    """Its configuration has each line of the local stack's."""
    wanted = redis_configuration(Path("/data"), 6379, "secret").splitlines()
    return [
        f"{title(each)}: {line} is missing"
        for each in manifests.of("ConfigMap")
        if "redis.conf" in each["data"]
        for line in wanted
        if not line.startswith(_ELSEWHERE) and line not in each["data"]["redis.conf"].splitlines()
    ]


def refuses_in_time(manifests):
    """Full, it refuses what is new; beyond its pod's limit it would be killed again and again."""
    return [
        f"{owner}: it may take {held} of {limit}"
        for owner, container in manifests.containers()
        if owner == "redis"
        for limit in [container["resources"]["limits"]["memory"]]
        for held in _most_held(manifests)
        if held is None or int(held) * 2**20 > _SHARE * float(quantity(limit))
    ]


def _most_held(manifests):
    """In MB, by each configuration; None where it is not limited."""
    for each in manifests.of("ConfigMap"):
        if "redis.conf" in each["data"]:
            found = re.search(r"^maxmemory (\d+)mb$", each["data"]["redis.conf"], re.MULTILINE)
            yield found[1] if found else None
