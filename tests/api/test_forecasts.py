from stockcast_lib.api import FinishedForecast
from tests.dashboard.service import stored_forecast


def test_a_finished_forecast_reads_as_its_summary():
    made = FinishedForecast(stored_forecast())
    assert repr(made).startswith("TEST: 102.00 on 2017-03-02, 80% band 93.00 to 110.00 (naive")
    assert repr(made) == made._repr_mimebundle_()["text/plain"]


def test_a_finished_forecast_is_shown_as_its_skill_card_beside_the_chart():
    shown = FinishedForecast(stored_forecast())._repr_mimebundle_()
    assert shown["application/vnd.plotly.v1+json"]["layout"]["title"]["text"] == "TEST"
    assert "TEST in 3 days" in shown["text/html"]
    assert "not yet measured" in shown["text/html"]
