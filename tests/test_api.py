from stockcast_lib.api import FinishedForecast
from tests.dashboard.service import stored_forecast


def test_a_finished_forecast_reads_as_its_summary():
    made = FinishedForecast(stored_forecast())
    assert repr(made).startswith("TEST: 102.00 on 2017-03-02, 80% band 93.00 to 110.00 (naive")
    assert repr(made) == made._repr_mimebundle_()["text/plain"]
