"""The manifests as a cluster would be given them, rendered by kubectl."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.k8s.checks.manifests import Manifests

REPOSITORY = Path(__file__).resolve().parents[2]
K8S = REPOSITORY / "k8s"
NO_KUBECTL = "install kubectl 1.32 or newer (https://kubernetes.io/docs/tasks/tools) for tests/k8s"


def kustomize(folder):
    """`kubectl kustomize` of a folder, as it ended."""
    if shutil.which("kubectl") is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(NO_KUBECTL)
    return subprocess.run(
        ["kubectl", "kustomize", str(folder)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def render(folder):
    """The manifests of an overlay."""
    done = kustomize(folder)
    assert done.returncode == 0, done.stderr
    return Manifests(list(yaml.safe_load_all(done.stdout)))


def with_components(folder, overlay, *names):
    """A folder in which an overlay has further components, with their images' version."""
    lines = {
        "resources": [os.path.relpath(K8S / "overlays" / overlay, folder)],
        "components": [
            os.path.relpath(K8S / "components" / name, folder) for name in (*names, "version")
        ],
        "namespace": "stockcast",
    }
    (folder / "kustomization.yaml").write_text(yaml.safe_dump(lines))
    return folder
