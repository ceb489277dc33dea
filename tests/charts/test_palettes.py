"""The colours: which there are, how they stand out, and how a page changes them."""

from copy import deepcopy
from datetime import date
from pathlib import Path

import pytest

import stockcast_lib.charts
from stockcast_lib.charts import appearance as look
from stockcast_lib.charts import views
from stockcast_lib.charts.interactive import forecast_document
from stockcast_lib.charts.palettes import DARK, recoloured
from stockcast_lib.charts.past_forecasts import with_past_forecasts
from stockcast_lib.forecasting import ModelConfig, make_forecast
from tests.charts.colours import COLOUR, colours_of, contrast
from tests.factories import forecast_result, price_history

TEXT = (look.INK, look.MUTED)
OWN_MARKS = {
    look.MODEL, look.NAIVE, look.PAST, look.RISE, look.FALL, look.CANDLE_UP, look.CANDLE_DOWN,
    look.TRAINING, *look.SERIES, *look.SCALE,
}  # fmt: skip
MARKS = OWN_MARKS | set(look.TICKERS)


@pytest.fixture(scope="module")
def document():
    """With everything in it that a forecast's figure may have."""
    history = price_history(sessions=400)
    forecast = make_forecast(history, 60, ModelConfig(interval=0.9))
    made = forecast_document(forecast)
    past = forecast_result(as_of=date(2016, 6, 1))
    return with_past_forecasts(views.as_candles(made, history.frame), [past])


@pytest.mark.parametrize("colour", TEXT)
def test_text_can_be_read_on_both_papers(colour):
    assert contrast(colour, look.PAPER) >= 4.5
    assert contrast(DARK[colour], DARK[look.PAPER]) >= 4.5


@pytest.mark.parametrize("colour", sorted(MARKS))
def test_marks_stand_out_from_both_papers(colour):
    assert contrast(colour, look.PAPER) >= 3
    assert contrast(DARK[colour], DARK[look.PAPER]) >= 3


@pytest.mark.parametrize("colour", look.TICKERS)
def test_tickers_keep_their_colours_which_nothing_else_has(colour):
    assert DARK[colour] == colour
    assert colour not in OWN_MARKS


def test_colours_that_differ_on_white_differ_on_dark_paper():
    solid = {light for light in DARK if light.startswith("#")}
    assert len({DARK[light] for light in solid}) == len(solid)


def test_every_colour_of_a_forecast_has_its_counterpart(document):
    assert look.PAST in colours_of(document)
    assert look.CANDLE_DOWN in colours_of(document)
    assert colours_of(document) <= set(DARK)


def test_a_recoloured_document_has_the_other_colours_only_and_the_same_prices(document):
    before = deepcopy(document)
    dark = recoloured(document)
    assert document == before
    assert colours_of(dark) == {DARK[colour] for colour in colours_of(document)}
    assert dark["layout"]["paper_bgcolor"] == DARK[look.PAPER]
    for light, other in zip(document["data"], dark["data"], strict=True):
        assert other["x"] == light["x"]
        assert other.get("y") == light.get("y")
        assert other["name"] == light["name"]


def test_a_page_may_have_a_paper_of_its_own(document):
    own = recoloured(document, {look.PAPER: "#000000"})
    assert own["layout"]["paper_bgcolor"] == "#000000"
    assert own["layout"]["font"]["color"] == look.INK


def test_no_chart_has_a_colour_of_its_own():
    folder = Path(stockcast_lib.charts.__file__).parent
    for source in folder.rglob("*.py"):
        if source.name not in {"appearance.py", "palettes.py"}:
            text = source.read_text(encoding="utf-8").replace("`rgb(...)`", "")
            assert not COLOUR.findall(text), source
