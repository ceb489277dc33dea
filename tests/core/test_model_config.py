import json
from datetime import date

import pytest
from pydantic import ValidationError

from stockcast_lib.core.model_config import MAX_CHANGEPOINTS, PRESETS, ModelConfig

DAYS = (date(2015, 6, 1), date(2016, 3, 5))


@pytest.mark.parametrize(
    "wrong",
    [
        {"training_years": "3"},
        {"training_years": True},
        {"training_years": 0},
        {"training_years": float("nan")},
        {"interval": "0.8"},
        {"interval": 0.49},
        {"interval": 1.0},
        {"n_changepoints": 25.0},
        {"n_changepoints": -1},
        {"n_changepoints": MAX_CHANGEPOINTS + 1},
        {"changepoint_range": 1.01},
        {"changepoint_prior_scale": 0},
        {"holidays_prior_scale": float("inf")},
        {"weekly_seasonality": 1},
        {"weekly_order": 0},
        {"monthly_order": 51},
        {"yearly_order": "10"},
        {"holidays": "us"},
        {"holidays": "United States"},
        {"holidays": ""},
        {"holidays": "U1"},
        {"engine": "abacus"},
        {"changepoints": "2015-06-01"},
        {"changepoints": ["June"]},
        {"changepoints": ["2015-02-30"]},
        {"changepoints": ["2015-06-01T00:00:00Z"]},
        {"changepoints": [20150601]},
        {"changepoints": [None]},
        {"seasonality": True},
    ],
    ids=str,
)
def test_what_breaks_the_rules_is_refused_by_its_name(wrong):
    with pytest.raises(ValidationError) as refused:
        ModelConfig(**wrong)
    assert refused.value.errors()[0]["loc"][0] == next(iter(wrong))


def test_a_whole_number_is_a_number_of_years():
    assert ModelConfig(training_years=2).training_years == 2.0


@pytest.mark.parametrize(
    "given",
    [
        ["2016-03-05", "2015-06-01"],
        ["2015-06-01", "2016-03-05", "2015-06-01"],
        (DAYS[1], DAYS[0]),
        [DAYS[0], "2016-03-05"],
    ],
    ids=str,
)
def test_changepoints_are_dates_in_order_each_once(given):
    assert ModelConfig(changepoints=given).changepoints == DAYS


def test_no_changepoints_differ_from_none_given():
    assert ModelConfig().changepoints is None
    assert ModelConfig(changepoints=[]).changepoints == ()


def test_there_is_a_limit_to_the_changepoints_given():
    days = [date.fromordinal(735_000 + i).isoformat() for i in range(MAX_CHANGEPOINTS + 1)]
    assert len(ModelConfig(changepoints=days[1:]).changepoints) == MAX_CHANGEPOINTS
    with pytest.raises(ValidationError):
        ModelConfig(changepoints=days)


@pytest.mark.parametrize(
    "config",
    [
        ModelConfig(),
        ModelConfig(interval=0.9, engine="stan"),
        ModelConfig(changepoints=DAYS, holidays="DE", weekly_seasonality=True, weekly_order=2),
        ModelConfig(changepoints=[], training_years=1),
        *PRESETS.values(),
    ],
)
def test_what_was_set_reads_back_from_json(config):
    set_values = json.loads(json.dumps(config.overrides()))
    assert set(set_values) == config.model_fields_set
    assert ModelConfig(**set_values) == config
    assert ModelConfig.model_validate_json(config.model_dump_json()) == config


def test_dates_are_overridden_as_text():
    assert ModelConfig(changepoints=DAYS).overrides() == {
        "changepoints": ["2015-06-01", "2016-03-05"]
    }


def test_of_other_names_only_the_models_are_taken():
    names = {"ticker": "AAPL", "days": 30, "interval": 0.9, "holidays": None, "__name__": "x"}
    config = ModelConfig.of(names)
    assert config == ModelConfig(interval=0.9)
    assert config.model_fields_set == {"interval", "holidays"}


def test_a_wrong_value_among_other_names_is_refused():
    with pytest.raises(ValidationError):
        ModelConfig.of({"ticker": "AAPL", "interval": "0.9"})


def test_a_configuration_cannot_be_changed():
    with pytest.raises(ValidationError):
        ModelConfig().interval = 0.9


def test_the_presets_are_fitted_as_prophet_fits():
    assert set(PRESETS) == {"prophet", "stocker"}
    assert {config.engine for config in PRESETS.values()} == {"stan"}
    assert PRESETS["prophet"].weekly_seasonality
    assert not PRESETS["stocker"].weekly_seasonality
    with pytest.raises(TypeError):
        PRESETS["mine"] = ModelConfig()
