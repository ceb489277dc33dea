"""A batch as a table and as a page."""

import io
import re
from datetime import date

import pandas as pd
import pyarrow.parquet as pq

from stockcast_lib.batches import Batch, Entry, requests_for
from stockcast_lib.core.errors import StockcastError
from tests.factories import forecast_result

HOSTILE = (
    '<script src="https://example.org/x.js"></script><img src=https://example.org/x onerror=a()>'
)


def batch(*results, failed=()):
    made = [
        Entry(request=requests_for([each.ticker], each.days, "default", {})[0], job_id="job",
              result=each)
        for each in results
    ]  # fmt: skip
    broken = [
        Entry(
            request=requests_for([ticker], 3, "default", {})[0], error=StockcastError(why).report()
        )
        for ticker, why in failed
    ]
    return Batch((*made, *broken))


def test_the_table_has_a_row_a_ticker_with_its_forecast_or_its_error():
    made = batch(forecast_result("AAA"), failed=[("BBB", "It broke.")])
    table = pq.read_table(io.BytesIO(made.parquet())).to_pylist()
    first, second = table
    assert (first["ticker"], first["job_id"], first["price"]) == ("AAA", "job", 102.0)
    assert first["path"][-1] == {
        "date": date(2017, 3, 2), "price": 102.0, "lower": 93.0, "upper": 110.0,
    }  # fmt: skip
    assert (second["ticker"], second["price"], second["error"]) == ("BBB", None, "It broke.")
    assert second["error_code"] == "internal"
    frame = made.frame()
    assert list(frame["ticker"]) == ["AAA", "BBB"]
    assert "path" not in frame


def test_a_batch_in_which_all_failed_has_the_same_columns():
    some = pd.read_parquet(io.BytesIO(batch(forecast_result()).parquet()))
    none = pd.read_parquet(io.BytesIO(batch(failed=[("BBB", "x")]).parquet()))
    assert list(some.columns) == list(none.columns)


def test_the_page_lists_failures_first_and_names_the_model_s_revision():
    revised = forecast_result("AAA")
    model = revised.model.model_copy(update={"revision": "abc+0.2.0"})
    page = batch(revised.model_copy(update={"model": model}), failed=[("BBB", "It broke.")]).page()
    assert "<title>1 forecast, 1 failed</title>" in page
    assert page.index("It broke.") < page.index("<h2>Forecasts</h2>")
    assert "default, revision abc+0.2.0" in page
    assert "102.00 (+2.5%) on 2 Mar 2017" in page


def test_the_page_runs_and_loads_nothing_whatever_was_written_into_it():
    made = batch(forecast_result("AAA", notes=(HOSTILE,)), failed=[("BBB", HOSTILE)])
    page = made.page()
    assert "default-src 'none'" in page
    for html in (page, made._repr_mimebundle_()["text/html"]):
        assert not re.search(r"<(script|img|link|iframe|object)\b", html)
        assert "&lt;script" in html
        assert not re.search(r"""\s(src|href)\s*=\s*['"]?(?!data:)\S""", html.split("&lt;")[0])


def test_a_path_of_decades_is_drawn_in_a_few_points():
    near = forecast_result("AAA")
    far = near.model_copy(update={"path": 900 * near.path})
    assert len(batch(far).page()) < len(batch(near).page()) + 5000


def test_it_reads_as_how_many_there_are():
    assert repr(batch(forecast_result(), forecast_result("B"))) == "2 forecasts"
    assert repr(batch(failed=[("BBB", "x")])) == "0 forecasts, 1 failed"
