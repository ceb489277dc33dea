"""The Redis in the cluster keeps what it answers, as the local stack's does."""

from pathlib import Path

from stockcast_lib.stack.embedded import redis_configuration
from tests.k8s.checks.manifests import title

_ELSEWHERE = ("bind ", "port ", "dir ", "requirepass ")  # where and with which password


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
