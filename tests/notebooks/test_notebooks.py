"""The service's own notebooks, executed by papermill against a real S3."""

import json
from pathlib import Path

import pytest

from stockcast_lib.adapters.s3_prices import S3PriceStore
from stockcast_lib.core.cancellation import Cancellation
from stockcast_lib.core.prices import PriceVersion
from stockcast_lib.core.results import PLOTLY_MIME, PNG_MIME, PRICES_MIME, RESULT_MIME, parse_result
from stockcast_lib.execution.limits import Limits
from stockcast_lib.execution.runner import PapermillRunner
from stockcast_lib.settings import kernel_environment

pytestmark = [pytest.mark.kernels, pytest.mark.services]
NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
ALL = sorted(NOTEBOOKS.glob("*.ipynb"))


@pytest.fixture(scope="module")
def runner(s3_environment):
    with pytest.MonkeyPatch.context() as patch:
        for name, value in s3_environment.items():
            patch.setenv(name, value)
        environment = kernel_environment("ingest")
    runner = PapermillRunner(environment=environment, limits=Limits())
    yield runner
    runner.close()


@pytest.fixture(scope="module")
def prices(runner):
    return runner.run(NOTEBOOKS / "ingest.ipynb", {"ticker": "IBM"}, lambda _: None, Cancellation())


def test_the_ingest_notebook_stores_prices_with_their_provenance(prices, bucket):
    assert prices.error is None
    version = PriceVersion.model_validate(prices.outputs[-1][PRICES_MIME])
    assert (version.ticker, version.vendor, version.sample) == ("IBM", "sample", True)
    store = S3PriceStore(bucket)
    assert store.version(version.key) == version
    assert len(store.load(version).frame) == version.rows


def test_the_forecast_notebook_displays_the_result_and_both_charts(prices, runner):
    version = prices.outputs[-1][PRICES_MIME]
    outcome = runner.run(
        NOTEBOOKS / "forecast.ipynb",
        {"ticker": "IBM", "days": 14, "price_version": version["key"], "training_years": 1.5},
        lambda _: None,
        Cancellation(),
    )
    assert outcome.error is None
    shown = outcome.outputs[-1]
    result = parse_result(shown[RESULT_MIME])
    assert (result.ticker, result.days, result.data_version) == ("IBM", 14, version["key"])
    assert result.model.params["training_years"] == 1.5
    assert {PLOTLY_MIME, PNG_MIME} <= set(shown)


@pytest.mark.usefixtures("prices")
def test_the_studies_notebook_displays_a_figure_of_every_study(runner):
    outcome = runner.run(
        NOTEBOOKS / "studies.ipynb", {"ticker": "IBM"}, lambda _: None, Cancellation()
    )
    assert outcome.error is None
    figures = [shown[PLOTLY_MIME] for shown in outcome.outputs if PLOTLY_MIME in shown]
    assert len(figures) == 8
    assert all(figure["layout"]["title"]["text"].startswith("<b>IBM: ") for figure in figures)


def test_an_unknown_ticker_s_error_comes_out_of_the_ingest_notebook(runner):
    outcome = runner.run(NOTEBOOKS / "ingest.ipynb", {"ticker": "NOPE"}, lambda _: None, Cancellation())
    assert outcome.error.code == "unknown-ticker"


def code_of(path):
    cells = json.loads(path.read_text("utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_a_notebook_only_imports_calls_and_displays(path):
    lines = "\n".join(code_of(path)).splitlines()
    assert len(code_of(path)) <= 7
    assert len(lines) <= 45
    assert not [line for line in lines if line.startswith(("def ", "class "))]
