"""What repo2docker finds in `binder/`, and where the README's badges lead."""

import os
import re
import subprocess
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from tests.servers import REPOSITORY

BINDER = REPOSITORY / "binder"
SCRIPTS = ("postBuild", "start")
# urlpath of a badge: the page of a Jupyter server, and the notebook that it shows.
_URL_PATHS = re.compile(r"(voila/render|lab/tree)/(.+)")


def badges():
    """Of each badge of Binder in the README, where it leads in the Jupyter server."""
    links = re.findall(
        r"\]\((https://mybinder\.org/v2/[^)]+)\)", (REPOSITORY / "README.md").read_text()
    )
    return [unquote(parse_qs(urlsplit(link).query)["urlpath"][0]) for link in links]


def test_the_environment_is_the_one_of_the_root():
    link = BINDER / "environment.yml"
    assert link.is_symlink()
    assert str(link.readlink()) == "../environment.yml"
    assert link.resolve() == REPOSITORY / "environment.yml"


def test_the_folder_holds_nothing_else():
    assert {path.name for path in BINDER.iterdir()} == {"environment.yml", *SCRIPTS}


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_can_be_run_and_stops_at_an_error(name):
    script = BINDER / name
    first, second, *_ = script.read_text().splitlines()
    assert first == "#!/bin/bash"
    assert second == "set -euo pipefail"
    assert os.access(script, os.X_OK)
    told = subprocess.run(["bash", "-n", script], capture_output=True, text=True, check=False)
    assert (told.returncode, told.stderr) == (0, "")


def test_start_becomes_the_program_that_it_is_given():
    assert (BINDER / "start").read_text().endswith('\nexec "$@"\n')


def test_the_badges_lead_to_the_dashboard_and_the_quickstart():
    led = [_URL_PATHS.fullmatch(path).groups() for path in badges()]
    assert led == [
        ("voila/render", "notebooks/dashboard.ipynb"),
        ("lab/tree", "notebooks/quickstart.ipynb"),
    ]
    assert all((REPOSITORY / notebook).is_file() for _, notebook in led)
