"""Every server has three probes, at ports that it opens and paths that it knows.

A job has none: nobody is sent to it, and one that hangs is ended by its deadline.
"""

from stockcast_lib.dashboard.server.command import READY_PATH
from stockcast_lib.web.routes import CALLS
from tests.k8s.checks.manifests import SERVER_KINDS, ports

KINDS = ("startupProbe", "readinessProbe", "livenessProbe")
_WORKERS = {"/healthz", "/readyz"}
PATHS = {
    "gateway": {call.path for call in CALLS if call.method == "GET"},
    "dashboard": {f"/{READY_PATH}", "/healthz"},
    "ingest": _WORKERS,
    "forecast": _WORKERS,
    "lab": {"/api"},  # the Jupyter server's version, for everybody
}


def probes(manifests):
    """A container without all three, an unknown port or path, and an answer waited for too long."""
    return [
        f"{owner}: {kind}: {fault}"
        for owner, container in manifests.containers(*SERVER_KINDS)
        for kind in KINDS
        for fault in _faults(owner, container, container.get(kind))
    ]


def _faults(owner, container, probe):
    if probe is None:
        yield "is missing"
        return
    if probe["timeoutSeconds"] > 10:
        yield "waits too long for an answer"
    at = probe.get("httpGet") or probe.get("tcpSocket")
    if at and at["port"] not in ports(container):
        yield f"there is no port {at['port']}"
    if "httpGet" in probe and at["path"] not in PATHS.get(owner, set()):
        yield f"there is no path {at['path']}"


def alive_without_others(manifests):
    """Nothing is restarted because something else is away."""
    return [
        f"{owner}: it would be restarted while another part is away"
        for owner, container in manifests.containers()
        if container.get("livenessProbe", {}).get("httpGet", {}).get("path") == "/readyz"
    ]
