"""A study's settings: what they change, and what is refused."""

from datetime import date

import pytest

from stockcast_lib.core.errors import InvalidRequest
from stockcast_lib.core.results import ModelInfo
from stockcast_lib.dashboard.model.studies.settings import checked, defaults, model_config
from tests.dashboard.studies.played_prices import ENGLISH, run, settled
from tests.factories import forecast_result, price_history


def test_a_setting_makes_the_study_anew(opened):
    opened.study = "holding"
    settled(opened)
    profit = opened.seen.outcome.made.profit
    opened.set("shares", 3.0)
    settled(opened)
    assert opened.seen.outcome.made.profit == pytest.approx(3 * profit)
    assert opened.seen.findings.lines[0].startswith("3 shares bought on ")


def test_the_test_s_days_are_the_evaluation_s(opened):
    opened.study = "evaluation"
    opened.set("test_start", date(2016, 6, 1))
    opened.set("test_end", date(2016, 12, 30))
    settled(opened)
    test = opened.seen.outcome.made.test
    assert (test["date"].iloc[0].date(), test["date"].iloc[-1].date()) == (
        date(2016, 6, 1),
        date(2016, 12, 30),
    )


def test_any_prior_scales_are_compared(opened):
    opened.study = "priors"
    opened.set("scales", "0.02, 0.3;1")
    settled(opened)
    assert opened.seen.outcome.made.scales == (0.02, 0.3, 1.0)


def test_the_model_is_the_forecast_s_unless_set_otherwise(model):
    model.study = "next_days"
    model.show(run(model=ModelInfo(name="default", engine="exact",
                                   params={"training_years": 2.0, "n_changepoints": 4})),
               ENGLISH)  # fmt: skip
    assert model.values["training_years"] == 2.0
    assert model.values["days"] == 60
    settled(model)
    assert model.seen.outcome.made.config.n_changepoints == 4
    model.set("training_years", 1.5)
    settled(model)
    config = model.seen.outcome.made.config
    assert (config.training_years, config.n_changepoints) == (1.5, 4)


def test_the_axis_is_chosen_without_computing(opened, prices):
    outcome = opened.seen.outcome
    opened.set("axis", "log")
    assert opened.seen.outcome is outcome
    assert opened.seen.document["layout"]["yaxis"]["type"] == "log"
    opened.set("axis", "linear")
    assert opened.seen.document["layout"]["yaxis"]["type"] == "linear"
    assert len(prices.reads) == 1


def test_a_change_below_zero_has_no_logarithmic_axis(opened):
    opened.set("percent", value=True)
    opened.set("axis", "log")
    settled(opened)
    assert opened.seen.outcome.made.percent
    assert opened.seen.document["layout"]["yaxis"].get("type") != "log"


def test_prices_far_apart_are_on_a_logarithmic_axis(model, prices):
    prices.history.frame.loc[prices.history.frame.index[:600], "adjusted_close"] /= 100
    model.show(run(), ENGLISH)
    settled(model)
    assert model.seen.document["layout"]["yaxis"]["type"] == "log"


@pytest.mark.parametrize(
    ("study", "name", "value", "sentence"),
    [
        ("holding", "shares", -1.0, "The number of shares must be positive, not -1."),
        ("holding", "shares", float("nan"), "Shares must be a number."),
        ("evaluation", "training_years", 0.0, "Training years should be greater than 0."),
        (
            "evaluation",
            "cost",
            -1.0,
            "The trading cost must be zero or more basis points, not -1.",
        ),
        ("next_days", "interval", 2.0, "Band level should be less than or equal to 0.99."),
        ("next_days", "sessions", 0, "Sessions must be a whole number from 1 to 10000."),
        ("priors", "days", 20_000, "Days ahead must be a whole number from 1 to 10000."),
        (
            "priors",
            "scales",
            "wide",
            "Give prior scales as numbers with spaces between them, such as 0.01 0.05 0.1.",
        ),
        (
            "priors",
            "scales",
            "0",
            "Give changepoint prior scales above 0 and up to 100, such as 0.05.",
        ),
        ("priors", "scales", "0.1 " * 21, "Give at most 20 prior scales."),
    ],
)
def test_a_wrong_setting_gives_one_sentence_and_no_figure(opened, study, name, value, sentence):
    opened.study = study
    settled(opened)
    right = opened.values[name]
    opened.set(name, value)
    settled(opened)
    assert (opened.working.error, opened.seen) == (sentence, None)
    opened.set(name, right)
    assert opened.working.error == ""
    assert opened.seen.outcome.name == study


def test_a_notebook_s_odd_parameters_are_said_to_be_wrong():
    odd = forecast_result(model=ModelInfo(name="own", engine="own", params={"interval": "wide"}))
    assert defaults(odd)["interval"] == 0.8
    with pytest.raises(InvalidRequest, match="Band level should be a valid number"):
        model_config(odd, {})


def test_only_known_choices_are_taken():
    with pytest.raises(InvalidRequest, match="Prices must be one of adjusted, close"):
        checked(("columns",), {"columns": "secret"})


def test_an_interest_of_one_s_own_lies_over_the_changepoints(opened):
    days = price_history(sessions=1300).frame.index[-300::20]
    rows = [f"{day.date()},{3 + place % 4}" for place, day in enumerate(days)]
    opened.study = "changepoints"
    opened.set("interest", "\n".join(["date,value", *rows]))
    settled(opened)
    assert opened.working.error == ""
    assert any("have a correlation of" in line for line in opened.seen.findings.lines)
    assert "interest" in [trace.get("name") for trace in opened.seen.document["data"]]


def test_an_interest_that_is_no_table_is_refused(opened):
    opened.study = "changepoints"
    opened.set("interest", "what?")
    settled(opened)
    assert opened.working.error.startswith("The interest must be a CSV with the columns date")
