import pytest

from stockcast_lib.core.results import Coverage, Skill
from stockcast_lib.core.words import coverage_text, skill_text, wait_text


@pytest.mark.parametrize(
    ("standing", "value", "text"),
    [
        ("better", 0.1234, "better than the last price by 12.3%"),
        ("worse", -0.1234, "worse than the last price by 12.3%"),
        ("worse", -2.0, "worse than the last price by 200.0%"),
        ("same", 0.1234, "no better than the last price"),
        ("same", None, "no better than the last price"),
        ("untested", None, "not enough history to test"),
    ],
)
def test_skill_in_a_few_words(standing, value, text):
    assert skill_text(Skill(value=value, baseline="naive", windows=9, standing=standing)) == text


def test_coverage_in_a_few_words():
    assert coverage_text(Coverage(level=0.8, held=34, windows=40)) == "held 34 of the last 40 times"


def test_what_is_not_measured_is_said_to_be_so():
    assert skill_text(None) == coverage_text(None) == "not yet measured"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.2, "1 second"),
        (119, "119 seconds"),
        (120, "2 minutes"),
        (3600, "60 minutes"),
        (7201, "3 hours"),
        (2_592_000, "30 days"),
    ],
)
def test_a_wait_is_said_in_a_unit_that_people_count_in_and_never_too_short(seconds, text):
    assert wait_text(seconds) == text
