"""The analysts' notebooks beside a running stack, run as JupyterLab's kernel would run them."""

import json
from pathlib import Path

import pandas as pd
import pytest
from dotenv import dotenv_values

from stockcast_lib.core.cancellation import Cancellation
from stockcast_lib.core.results import PLOTLY_MIME, RESULT_MIME, parse_result
from stockcast_lib.execution.limits import Limits
from stockcast_lib.execution.runner import PapermillRunner
from tests.servers import clean_environment

pytestmark = [pytest.mark.stack, pytest.mark.kernels, pytest.mark.timeout(400)]
NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
HTML = "text/html"


@pytest.fixture(scope="module")
def runner(stack):
    told = dotenv_values(stack.folder / "data" / "stack.env")
    environment = {**clean_environment(), **told, "STOCKCAST_ENV_FILES": "off"}
    running = PapermillRunner(environment=environment, limits=Limits())
    yield running
    running.close()


@pytest.fixture
def displayed(runner):
    """What the cells of a notebook display, given parameters, in order."""

    def run(name, **parameters):
        outcome = runner.run(NOTEBOOKS / f"{name}.ipynb", parameters, lambda _: None, Cancellation())
        assert outcome.error is None, outcome.error
        return outcome.outputs

    return run


def test_the_quickstart_ends_with_a_forecast_and_its_skill_card(displayed):
    models, past, chart, card = displayed("quickstart", ticker="MSFT", days=31)
    assert "default" in models[HTML]
    assert "Past forecasts of MSFT, 31 days ahead" in past[HTML]
    assert chart[PLOTLY_MIME]["data"]
    assert "MSFT in 31 days" in card[HTML]
    assert PLOTLY_MIME not in card
    code = [cell for cell in cells_of("quickstart") if cell["cell_type"] == "code"]
    assert len(code) == 5


def test_a_changed_model_changes_the_skill_card(displayed):
    changed = {"changepoint_prior_scale": 0.5, "training_years": 2.0}
    served, other, report = displayed("tweak_model", ticker="MSFT", days=31, changed=changed)
    assert served[HTML] != other[HTML]
    result = parse_result(report[RESULT_MIME])
    assert result.model.params["training_years"] == 2.0
    again, same, _ = displayed("tweak_model", ticker="MSFT", days=31, changed={})
    assert again[HTML] == same[HTML] == served[HTML]


def test_models_are_compared_over_tickers(displayed):
    verdicts, ratio, held = displayed("compare_models", tickers=["MSFT", "IBM"], days=31)
    for table in (verdicts, ratio, held):
        for name in ("as served", "bends more", "long memory", "MSFT", "IBM"):
            assert name in table[HTML]
    assert "yesterday" in verdicts[HTML]


def test_prices_of_one_s_own_are_imported_and_forecast(displayed):
    imported, chart, card = displayed(
        "my_data", file=str(NOTEBOOKS / "my_prices.csv"), ticker="OWN", days=14
    )
    assert "Prices of OWN" in imported[HTML]
    assert chart[PLOTLY_MIME]["data"]
    assert "OWN in 14 days" in card[HTML]


def test_a_watchlist_is_one_report_with_its_failures(displayed, tmp_path):
    report, frame = displayed(
        "batch_report", tickers=["MSFT", "NOPE"], days=31, out=str(tmp_path / "kept")
    )
    assert "1 forecast, 1 failed" in report[HTML]
    assert "No ticker is called NOPE" in report[HTML]
    assert "MSFT" in frame[HTML]
    assert (tmp_path / "kept" / "journal.jsonl").exists()


def test_the_file_of_my_data_is_one_that_people_have():
    assert list(pd.read_csv(NOTEBOOKS / "my_prices.csv").columns)[:2] == ["Date", "Open"]


def cells_of(name):
    return json.loads((NOTEBOOKS / f"{name}.ipynb").read_text("utf-8"))["cells"]
