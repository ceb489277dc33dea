import threading

import pytest

from stockcast_lib.core.errors import NoPrices
from stockcast_lib.core.results import Coverage, HitRate, HorizonSkill, ModelInfo, Skill
from stockcast_lib.dashboard.model.backtest import BacktestModel
from stockcast_lib.dashboard.reader import Reader
from stockcast_lib.dashboard.view.backtest import BacktestView
from stockcast_lib.dashboard.view.backtest_words import past_html
from stockcast_lib.dashboard.view.tables import table_html
from stockcast_lib.forecasting import ModelConfig
from stockcast_lib.forecasting.backtest import fit_origins
from tests.dashboard.service import PlayedService, until
from tests.factories import forecast_result, price_history

ENGLISH, GERMAN = Reader("en-GB"), Reader("de-DE")
LEVEL = 0.8


def at(sessions: int, mase: float | None = 0.95, **changes) -> HorizonSkill:
    measures = dict.fromkeys(
        ("model_mase", "rmsse", "naive_rmsse", "crps", "naive_crps", "winkler", "naive_winkler")
    )
    held = Coverage(level=LEVEL, held=40, windows=58)
    return HorizonSkill(
        sessions=sessions, origins=1147, windows=58, mase=mase, naive_mase=1.0, p_value=0.042,
        coverage=held, direction=HitRate(right=30, rose=33, windows=57), **measures,
    ).model_copy(update=changes)  # fmt: skip


def result(*horizons: HorizonSkill, **changes):
    skill = Skill(
        value=0.05, baseline="naive", windows=58, standing="better", verdict="Better, it seems.",
        horizons=horizons or (at(1, mase=1.002), at(21), at(3)),
    )  # fmt: skip
    held = Coverage(level=LEVEL, held=40, windows=58)
    return forecast_result(**{"days": 3, "skill": skill, "coverage": held} | changes)


class Origins:
    """The archived fits: counts, and waits for the gate."""

    def __init__(self) -> None:
        self.asked: list[ModelConfig] = []
        self.gate = threading.Event()
        self.gate.set()

    def __call__(self, version, history, config):
        assert version.ticker == history.ticker
        self.asked.append(config)
        assert self.gate.wait(10)
        return fit_origins(history.adjusted_close, config)


@pytest.fixture
def service():
    made = PlayedService()
    made.history = price_history(sessions=1500)
    return made


@pytest.fixture
def origins():
    made = Origins()
    yield made
    made.gate.set()


@pytest.fixture
def model(service, origins):
    return BacktestModel(service, origins)


class Finished:
    """A run that is over; like a run, itself and no other."""

    def __init__(self, made):
        self.result = made


def run(*horizons, **changes):
    return Finished(result(*horizons, **changes))


def settled(model):
    until(lambda: not model.working.busy)


def test_nothing_is_read_before_the_section_is_opened(model, origins):
    assert (origins.asked, model.working.busy, model.seen.result) == ([], False, None)


def test_the_table_is_there_before_the_replay(model, origins):
    origins.gate.clear()
    model.show(run(), ENGLISH)
    assert model.seen.result.ticker == "TEST"
    assert model.seen.replayed is None
    until(lambda: model.working.status == "Replaying past forecasts")


def test_the_windows_are_replayed_with_the_forecast_s_own_model(model, origins):
    params = ModelConfig(training_years=2.0, n_changepoints=5).model_dump(mode="json")
    info = ModelInfo(name="default", engine="exact", params=params)
    model.show(run(model=info), ENGLISH)
    settled(model)
    assert model.working.error == ""
    assert [(each.training_years, each.n_changepoints) for each in origins.asked] == [(2.0, 5)]
    windows = model.seen.replayed.windows
    assert (windows.ticker, windows.level) == ("TEST", LEVEL)
    assert 0 < windows.held <= len(windows.frame)


def test_back_to_a_forecast_replays_nothing_twice(model, origins):
    first, second = run(), run()
    for each in (first, second, first):
        model.show(each, ENGLISH)
        settled(model)
    assert len(origins.asked) == 2
    assert model.seen.replayed is not None


def test_another_reader_replays_nothing(model, origins):
    shown = run()
    model.show(shown, ENGLISH)
    settled(model)
    model.show(shown, GERMAN)
    assert not model.working.busy
    seen = model.seen
    assert seen.replayed.document(seen.reader)["layout"]["separators"] == ",."
    assert len(origins.asked) == 1


def test_only_the_forecast_in_view_is_heard(model, origins):
    origins.gate.clear()
    model.show(run(), ENGLISH)
    until(lambda: origins.asked)
    second = run(days=30)
    model.show(second, ENGLISH)
    until(lambda: len(origins.asked) == 2)
    origins.gate.set()
    settled(model)
    assert model.seen.result is second.result
    assert model.seen.replayed.windows.sessions > 3


def test_where_no_outcome_is_known_nothing_is_replayed(model, origins):
    model.show(run(coverage=None), ENGLISH)
    assert (model.working.busy, origins.asked) == (False, [])


def test_what_cannot_be_replayed_is_told(model, service, monkeypatch):
    def gone(_key):
        raise NoPrices("The prices are gone.")

    monkeypatch.setattr(service, "prices_of", gone)
    model.show(run(), ENGLISH)
    settled(model)
    assert model.working.error == "The prices are gone."
    assert model.seen.result is not None


def test_without_a_forecast_nothing_is_shown(model):
    model.show(run(), ENGLISH)
    model.show(None, ENGLISH)
    settled(model)
    assert (model.seen.result, model.seen.replayed) == (None, None)


def test_the_table_says_each_horizon_in_words():
    html = past_html(result(), ENGLISH)
    assert "<caption>Past forecasts of TEST by horizon</caption>" in html
    assert '<th scope="col">Error against naive</th>' in html
    assert '<th scope="row">21<small>about 1 month</small></th>' in html
    assert "<td>0.2 % larger<small>ratio 1.002</small></td>" in html
    assert "<td>5.0 % smaller<small>ratio 0.950</small></td>" in html
    assert "<td>40 of 58<small>69 %</small></td>" in html
    assert "<td>30 of 57<small>rose 33</small></td>" in html
    assert "<td>0.042</td>" in html
    assert html.count("<dt>") == 6


def test_the_asked_horizon_stands_out():
    html = past_html(result(), ENGLISH)
    assert html.count('class="stockcast-marked"') == 1
    assert '<tr class="stockcast-marked"><th scope="row">3<small>this forecast</small>' in html


def test_numbers_are_the_reader_s():
    html = past_html(result(at(21, windows=1234)), GERMAN)
    assert "<td>1.234</td>" in html
    assert "<td>5,0 % smaller<small>ratio 0,950</small></td>" in html


@pytest.mark.parametrize(
    ("horizon", "cell"),
    [
        (at(21, mase=1.0), "<td>the same<small>ratio 1.000</small></td>"),
        (at(21, mase=None), "<td>not measured</td>"),
        (at(21, naive_mase=0.0), "<td>not measured</td>"),
        (at(21, p_value=None), "<td>-</td>"),
        (at(21, coverage=Coverage(level=LEVEL, held=0, windows=0)), "<td>0 of 0</td>"),
    ],
)
def test_what_was_not_measured_is_said_so(horizon, cell):
    assert cell in past_html(result(horizon), ENGLISH)


def test_too_little_history_is_said_plainly():
    bare = Skill(value=None, baseline="naive", windows=0)
    assert "Not enough history to test" in past_html(result(skill=bare), ENGLISH)
    assert "were not tested" in past_html(result(skill=None), ENGLISH)
    assert past_html(None, ENGLISH) == ""


def test_words_out_of_a_notebook_are_escaped():
    verdict = result().skill.model_copy(update={"verdict": "<script>"})
    html = past_html(result(skill=verdict, ticker="<b>"), ENGLISH)
    assert "<script>" not in html
    assert "<b>" not in html
    assert "&lt;script&gt;" in html


def test_a_table_scrolls_in_a_box_with_a_name():
    html = table_html('A "table"', ("x", "y\nz"), [("1", "<i>"), ("2", "3")], marked=1)
    assert 'tabindex="0" role="region" aria-label="A &quot;table&quot;"' in html
    assert '<th scope="col">y<small>z</small></th>' in html
    assert "<td>&lt;i&gt;</td>" in html
    assert '<tr class="stockcast-marked"><th scope="row">2</th>' in html


def test_the_view_shows_the_table_then_the_windows(model, origins):
    view = BacktestView(model)
    assert view.working.line.layout.display == "none"
    origins.gate.clear()
    model.show(run(), GERMAN)
    assert "Past forecasts of TEST by horizon" in view.table.value
    assert view.working.line.layout.display is None
    assert view.chart.figure == {}
    origins.gate.set()
    until(lambda: view.chart.figure)
    settled(model)
    windows = model.seen.replayed.windows
    assert f"{windows.held} of {len(windows.frame)}" in view.heading.value
    assert "Past 80 % bands of TEST" in view.chart.words
    assert view.chart.language == "de-DE"
    until(lambda: view.working.line.layout.display == "none")


def test_another_horizon_and_band_are_replayed_by_the_same_fits(model, origins):
    model.show(run(), ENGLISH)
    settled(model)
    model.set("days", 30)
    settled(model)
    model.set("level", 0.95)
    settled(model)
    windows = model.seen.replayed.windows
    assert (windows.level, windows.sessions > 15) == (0.95, True)
    assert {each.interval for each in origins.asked} == {LEVEL}
    model.set("days", 3)
    model.set("level", LEVEL)
    assert model.settings == {}
    assert model.seen.replayed.windows.sessions < 5


def test_days_outside_the_rules_are_refused_in_a_sentence(model):
    model.show(run(), ENGLISH)
    model.set("days", 0)
    assert model.working.error == "Days must be a whole number from 1 to 10000."


def test_a_replay_is_cancelled_and_says_so(model, origins):
    view = BacktestView(model)
    origins.gate.clear()
    model.show(run(), ENGLISH)
    assert view.working.cancel.layout.display is None
    view.working.cancel.click()
    assert not model.working.busy
    assert "Cancelled." in view.notice.value
    origins.gate.set()
    view.days.value = 5
    settled(model)
    assert view.notice.value == ""
    assert model.seen.replayed.windows.sessions > 1


def test_an_address_sets_what_is_replayed(model):
    model.come({"days": "30", "level": "0.95", "secret": "1"})
    assert (model.days, model.level) == (30, 0.95)
    model.come({"days": "many", "level": "0.99"})
    assert model.settings == {}


def test_the_windows_are_dated_as_the_reader_does(model):
    model.show(run(), GERMAN)
    settled(model)
    label = model.seen.replayed.document(GERMAN)["data"][0]["x"][0]
    assert label.count(".") == 2
