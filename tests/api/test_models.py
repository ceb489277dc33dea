"""The models as Python lists them, beside a running stack."""

import pytest

from stockcast_lib.api.model_list import ModelList, ServedModel
from tests.commands import run

LISTED = ModelList([ServedModel("default", "Stockcast", "0123+1"), ServedModel("a<b", "x", "9+1")])


def test_the_models_are_listed_in_words_and_as_a_card():
    assert repr(LISTED).splitlines() == [
        "default: Stockcast, revision 0123+1",
        "a<b: x, revision 9+1",
    ]
    card = LISTED._repr_mimebundle_()["text/html"]
    assert "0123+1" in card
    assert "a&lt;b" in card


@pytest.mark.stack
@pytest.mark.kernels
@pytest.mark.timeout(200)
def test_the_model_that_comes_with_it_is_listed_with_its_revision(beside):
    told = run(beside, "-c", "from stockcast_lib import models; print(models())")
    assert told.stdout.startswith("default: Stockcast, revision "), told.stderr
