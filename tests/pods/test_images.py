"""The images as they were built, and what is in them."""

import json
import tomllib

import pytest

from tests.pods.images import inspected
from tests.pods.podman import podman
from tests.servers import REPOSITORY

LARGEST_WORKER = 1_200_000_000
PACKAGES = "/opt/stockcast/lib/python3.11/site-packages"
# Nothing of the build, of a package manager's lists or of a cache.
LEFT = """
for name in cc gcc g++ make pip pip3 curl; do command -v $name; done
find / -xdev '(' -name '.cache' -o -path '/var/lib/apt/lists/*' -type f -size +0
  -o -name '*.deb' -o -name 'cc1*' ')' -print 2>/dev/null
true
"""
pytestmark = pytest.mark.timeout(1500)


@pytest.fixture(params=["forecast", "dashboard"], ids=["worker", "app"])
def image(request, built):
    return built[request.param]


def run(image, *command, user="65532"):
    return podman(
        "run", "--rm", "--pull=never", "--network=none", "--read-only", "--read-only-tmpfs=false",
        "--cap-drop=ALL", f"--user={user}", image, *command,
    )  # fmt: skip


def test_an_image_is_small_and_says_what_fills_it(image, figures):
    size = inspected(image)["Size"]
    folders = (
        f"cd {PACKAGES} && du -sm --apparent-size /usr /opt/stockcast/bin * | sort -rn | head -12"
    )
    filled = run(image, "sh", "-c", folders).split("\n")
    figures.append(
        f"{image}: {size / 1e9:.2f} GB\n"
        + ", ".join(" ".join(each.split()[::-1]) for each in filled)
    )
    if "worker" in image:
        assert size <= LARGEST_WORKER


def test_nothing_of_the_build_is_left(image):
    assert run(image, "sh", "-c", LEFT.replace("\n  -o", " -o"), user="0") == ""


def test_it_runs_as_nobody_behind_an_init_and_says_what_it_is(image):
    found = inspected(image)
    version = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]["version"]
    assert found["Config"]["User"] == "65532:65532"
    assert found["Config"]["Entrypoint"] == ["/usr/bin/tini", "--"]
    assert found["Labels"]["org.opencontainers.image.version"] == version
    assert len(found["Labels"]["org.opencontainers.image.revision"]) == 40
    assert run(image, "stockcast", "--version").split()[-1] == version
    assert run(image, "cat", "/proc/1/cmdline").startswith("/usr/bin/tini\0--\0cat")


def test_it_lists_its_packages(image):
    listed = json.loads(run(image, "cat", "/opt/stockcast/sbom.cdx.json"))
    assert listed["bomFormat"] == "CycloneDX"
    code = "from importlib.metadata import distributions as d\nprint(*{e.name for e in d()})"
    installed = {name.lower() for name in run(image, "python", "-c", code).split()}
    assert {each["name"].lower() for each in listed["components"]} == installed
    assert not installed & {"pip", "hatchling", "cyclonedx-bom", "pytest"}
