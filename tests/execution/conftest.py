"""A runner whose kernels must not see what this process knows."""

import pytest

from stockcast_lib.core.cancellation import Cancellation
from stockcast_lib.execution.limits import Limits
from stockcast_lib.execution.runner import PapermillRunner
from stockcast_lib.settings import kernel_environment
from tests.execution.kernels import SECRET
from tests.factories import notebook_file


@pytest.fixture(scope="module")
def runner_with():
    """A runner for some limits; one serves all tests that ask for the same."""
    runners = {}

    def runner_with(limits):
        if limits not in runners:
            environment = kernel_environment("forecast")
            runners[limits] = PapermillRunner(environment=environment, limits=limits)
        return runners[limits]

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STOCKCAST_REDIS_URL", SECRET)
        patch.setenv("STOCKCAST_FRAME_KEY", SECRET)
        yield runner_with
    for runner in runners.values():
        runner.close()


@pytest.fixture
def run(tmp_path, runner_with):
    """Runs code cells, the first of which holds the parameters."""

    def run(*cells, parameters=None, told=lambda _: None, cancellation=None, **limits):
        notebook = notebook_file(tmp_path, *cells)
        return runner_with(Limits(**{"run_seconds": 30.0, **limits})).run(
            notebook, parameters or {}, told, cancellation or Cancellation()
        )

    return run
