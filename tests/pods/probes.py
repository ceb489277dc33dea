"""Probes, asked as the kubelet does."""

import http.client
import socket

from tests.pods.podman import succeeds


def passes(pod, probe):
    """Whether a pod's probe is content now."""
    seconds = probe["timeoutSeconds"]
    if "exec" in probe:
        return succeeds("exec", pod.id, *probe["exec"]["command"], seconds=seconds)
    if "tcpSocket" in probe:
        return _connects((pod.address, pod.port(probe["tcpSocket"]["port"])), seconds)
    at = probe["httpGet"]
    return _answers((pod.address, pod.port(at["port"])), at["path"], seconds)


def _connects(address, seconds):
    try:
        socket.create_connection(address, seconds).close()
    except OSError:
        return False
    return True


def _answers(address, path, seconds):
    connection = http.client.HTTPConnection(*address, timeout=seconds)
    try:
        connection.request("GET", path)
        return 200 <= connection.getresponse().status < 400
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
