"""What can be said of the images without building them."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "k8s" / "images" / "Dockerfile").read_text().replace("\\\n", " ")
LET_THROUGH = re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
COPIED = sorted(
    {
        source
        for sources in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
        for source in sources.split()
    }
)


def stage(name):
    """The base and the lines of a stage."""
    _, base, lines = re.search(
        rf"^FROM (--\S+ )?(\S+) AS {name}\n(.*?)(?=^FROM |\Z)", DOCKERFILE, re.MULTILINE | re.DOTALL
    ).groups()
    return base, lines


@pytest.mark.parametrize("source", COPIED)
def test_what_is_copied_is_there_and_sent_to_the_build(source):
    assert (ROOT / source).exists()
    assert any(Path(source).match(pattern) for pattern in LET_THROUGH)


def test_nothing_else_is_sent():
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert next(line for line in ignored if not line.startswith("#")) == "*"
    for pattern in LET_THROUGH:
        assert any(Path(source).match(pattern) for source in COPIED), pattern


@pytest.mark.parametrize("target", ["worker", "app"])
def test_an_image_runs_as_nobody_behind_an_init_with_nothing_of_the_build(target):
    base, lines = stage(target)
    assert base == "runtime"
    assert not re.search(r"^(USER|ENTRYPOINT|RUN)\b", lines, re.MULTILINE)
    base, lines = stage("runtime")
    assert base == "${BASE}"
    assert re.findall(r"^USER (.*)$", lines, re.MULTILINE) == ["65532:65532"]
    assert 'ENTRYPOINT ["/usr/bin/tini", "--"]' in lines
    assert not re.search(r"\b(pip|apt-get|curl|wget)\b", lines)
    assert re.search(r"STOCKCAST_ENV_FILES=off\b", lines)


def test_every_package_from_a_registry_is_checked_by_its_hash():
    installs = re.findall(r"^RUN .*pip.* install .*$", DOCKERFILE, re.MULTILINE)
    assert installs
    for line in installs:
        hashed = re.search(r"--require-hashes (--no-deps )?-r requirements", line)
        assert hashed or "--no-deps --no-index /wheel/" in line


def test_make_builds_both_with_the_package_s_version():
    shown = subprocess.run(
        ["make", "-n", "images"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert f"-t stockcast-$target:{version}" in shown
    assert f"--build-arg VERSION={version}" in shown
    assert "for target in worker app" in shown
