"""A stack whose models these tests change, and what they publish there."""

import json
import shutil

import pytest

from tests.chain.models.published import GATE_SECONDS, TICKER, quicker, tighter
from tests.commands import stockcast
from tests.model_notebooks import BUNDLED, bundled, written
from tests.servers import running_stack


@pytest.fixture(scope="package")
def stack(tmp_path_factory):
    folder, own = tmp_path_factory.mktemp("models"), tmp_path_factory.mktemp("notebooks")
    written(own, quicker(bundled()), "forecast.ipynb")
    shutil.copy(BUNDLED.with_name("ingest.ipynb"), own)
    variables = {"STOCKCAST_TRIAL_TICKERS": TICKER, "STOCKCAST_NOTEBOOKS_DIR": str(own)}
    with running_stack(folder, "--no-dashboard", **variables) as running:
        yield running


@pytest.fixture(scope="package")
def here(stack):
    """A folder from which commands find the stack."""
    (stack.folder / ".stockcast").symlink_to(stack.folder / "data")
    return stack.folder


@pytest.fixture(scope="package")
def publish(here):
    """Publishes a notebook; gives the revision's document."""

    def publish(document, name="trend"):
        written(here, document)
        command = ("publish", "model.ipynb", "--name", name, "--json")
        told = stockcast(here, *command, seconds=GATE_SECONDS)
        assert told.returncode == 0, told.stderr
        return json.loads(told.stdout)

    return publish


@pytest.fixture(scope="package")
def promote(here):
    def promote(revision, *options, name="trend"):
        return stockcast(here, "promote", f"{name}@{revision['revision']}", *options)

    return promote


@pytest.fixture(scope="package")
def first(publish):
    return publish(tighter(0.3))


@pytest.fixture(scope="package")
def second(publish):
    return publish(tighter(0.01))
