"""The images that the trials run: built by `make images`, on a base that needs no registry."""

import json
import os
import subprocess
import tempfile
from pathlib import Path

from tests.pods.podman import ENVIRONMENT, podman, succeeds
from tests.servers import REPOSITORY

PYTHON = "docker.io/library/python:3.11-slim-bookworm"
_SOURCES = ("/etc/apt/sources.list.d/debian.sources", "/etc/apt/sources.list")
_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
_BASE_SECONDS = 400
_BUILD_SECONDS = 900


def build(redis):
    """Have both of the project's images, and one that a Redis of that name can be run from.

    What is there under the official names already is used as it is; what is not is stood in for.
    """
    with tempfile.TemporaryDirectory(prefix="stockcast-images-") as folder:
        if not succeeds("image", "exists", PYTHON):
            _stand_in(Path(folder))
        if not succeeds("image", "exists", f"docker.io/library/{redis}"):
            podman(
                "build", *_options(Path(folder)), f"--build-arg=BASE={PYTHON}",
                f"--tag=docker.io/library/{redis}",
                f"--file={Path(__file__).with_name('redis.Dockerfile')}", folder,
                seconds=_BASE_SECONDS,
            )  # fmt: skip
        # The Dockerfile as it is, by the command of the documents.
        subprocess.run(
            ["make", "images", "CONTAINERS=podman", f"BUILD={' '.join(_options(Path(folder)))}"],
            cwd=REPOSITORY, env={**os.environ, **ENVIRONMENT}, timeout=_BUILD_SECONDS, check=True,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip


def _stand_in(folder):
    """Debian with its own Python, under the name of the official image."""
    sources = [source for source in _SOURCES if Path(source).exists()]
    subprocess.run(
        ["mmdebstrap", "--quiet", "--variant=minbase",
         "--include=python3,python3-venv,ca-certificates", "bookworm", folder / "base.tar",
         *sources],
        timeout=_BASE_SECONDS, check=True,
    )  # fmt: skip
    path = "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    podman("import", "--change", path, folder / "base.tar", PYTHON, seconds=_BASE_SECONDS)


def _options(folder):
    """For every build: by this machine's network, with the certificates that it trusts."""
    options = ["--pull=never", "--format=docker", "--network=host"]
    if _CERTIFICATES.exists():
        (folder / "pip.conf").write_text("[global]\ncert=/run/host-ca.crt\n")
        options += [
            f"--volume={_CERTIFICATES}:/run/host-ca.crt:ro",
            f"--volume={folder}/pip.conf:/etc/pip.conf:ro",
        ]
    return options


def derived(image, tag, *lines):
    """A further image, made of a built one and a few lines; its name."""
    name = f"localhost/{image.partition(':')[0]}:{tag}"
    with tempfile.TemporaryDirectory(prefix="stockcast-images-") as folder:
        (Path(folder) / "Dockerfile").write_text("\n".join((f"FROM localhost/{image}", *lines)))
        podman("build", "--pull=never", "--format=docker", f"--tag={name}", folder, seconds=120)
    return name


def inspected(image):
    """What podman knows of an image."""
    return json.loads(podman("image", "inspect", image))[0]
