import pytest

from tests.k8s.checks.every import CHECKS
from tests.k8s.mutations import MUTATIONS


@pytest.mark.parametrize("mutation", MUTATIONS, ids=str)
def test_what_is_wrong_is_found(rendered, mutation):
    assert mutation.check(rendered["everything"]) == []
    assert mutation.check(mutation(rendered["everything"]))


def test_each_check_has_found_something():
    assert {mutation.check for mutation in MUTATIONS} == set(CHECKS)
