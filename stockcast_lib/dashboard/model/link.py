"""The page's view as a link: what of the model stands in the address, and back."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from stockcast_lib.core.jobs import DEFAULT_DAYS, DEFAULT_MODEL
from stockcast_lib.dashboard.model import address
from stockcast_lib.dashboard.model.asking import DEFAULT_LEVEL, LEVELS, Asked
from stockcast_lib.dashboard.model.studies import FIRST_STUDY, STUDIES

if TYPE_CHECKING:
    from stockcast_lib.dashboard.model.dashboard import DashboardModel

SECTIONS = {
    "evidence": "How this was made",
    "backtest": "Past forecasts",
    "studies": "Studies",
    "compare": "Compare",
}
FIELDS = (
    address.Field("ticker", "", address.words),
    address.Field("days", DEFAULT_DAYS, address.whole),
    address.Field("level", DEFAULT_LEVEL, address.level),
    address.Field("model", DEFAULT_MODEL, address.name),
    address.Field("chart", "line", address.one_of("line", "candles")),
    address.Field("scale", "auto", address.one_of("auto", "linear", "log")),
    address.Field("range", "", address.months_or_days),
    address.Field("naive", True, address.flag),
    address.Field("fit", False, address.flag),
    address.Field("past", False, address.flag),
    address.Field("section", "evidence", address.one_of(*SECTIONS)),
    address.Field("tested", {}, address.settings),
    address.Field("study", FIRST_STUDY, address.one_of(*STUDIES)),
    address.Field("set", {}, address.settings),
    address.Field("compare", [], address.tickers),
    address.Field("unit", "percent", address.one_of("percent", "price")),
)
_REQUEST = ("ticker", "days", "level", "model")
_OVERLAYS = ("naive", "fit", "past")


def query_of(model: "DashboardModel") -> str:
    """What is in view as a query; the form says nothing until it is sent."""
    request = asdict(model.shown.asked if model.shown else Asked(""))
    chart, studies, compare = model.chart, model.studies, model.compare
    looks = {"chart": chart.kind, "scale": chart.scale, "range": chart.range,
             **{name: getattr(chart, name) for name in _OVERLAYS},
             "section": model.section, "tested": model.backtest.settings,
             "study": studies.study, "set": studies.linked,
             "compare": compare.tickers, "unit": compare.unit}  # fmt: skip
    return address.query_of(request | looks, FIELDS)


def arrive(model: "DashboardModel", query: str) -> str:
    """Bring everything but the forecast into the view that a query says; the ticker it names."""
    values = address.values_of(query, FIELDS)
    _fill(model, values)
    chart, studies, compare = model.chart, model.studies, model.compare
    with chart.hold_trait_notifications():
        chart.kind, chart.scale = values["chart"], values["scale"]
        for name in _OVERLAYS:
            setattr(chart, name, values[name])
    chart.look_at(values["range"])
    model.backtest.come(values["tested"])
    studies.come(values["study"], values["set"])
    compare.put(values["compare"])
    compare.unit = values["unit"]
    model.section = values["section"]
    return str(values["ticker"])


def _fill(model: "DashboardModel", values: dict[str, Any]) -> None:
    if values["level"] not in LEVELS:
        values["level"] = DEFAULT_LEVEL
    if values["model"] not in (each.name for each in model.ask.models):
        values["model"] = DEFAULT_MODEL
    # What somebody types while the page still loads stays in the box.
    kept = {"ticker"} if model.shown is None and not values["ticker"] else set()
    for name in _REQUEST:
        if name not in kept:
            setattr(model.ask, name, values[name])
