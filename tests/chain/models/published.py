"""What is published in these tests, and by whose marks they run."""

import pytest

from stockcast_lib.execution.confinement import can_confine
from tests.model_notebooks import MODEL, changed, replaced

MARKS = [
    pytest.mark.long,
    pytest.mark.stack,
    pytest.mark.kernels,
    pytest.mark.timeout(900),
    pytest.mark.skipif(can_confine() is not None, reason="published notebooks are refused here"),
]

TICKER = "IBM"
GATE_SECONDS = 500


def quicker(document):
    """A notebook that looks at the last year and a half alone."""
    shortened = "history = replace(history, frame=history.frame.iloc[-400:])"
    source = "".join(document["cells"][MODEL]["source"])
    source = f"from dataclasses import replace\n{shortened}\n{source}"
    return changed(MODEL, source, document=document)


def tighter(prior):
    """The stack's own notebook with another model."""
    config = f"ModelConfig.of(globals()).model_copy(update={{'changepoint_prior_scale': {prior}}})"
    return quicker(replaced(MODEL, "ModelConfig.of(globals())", config))


def model_of(job):
    return job["result"]["model"]["name"], job["result"]["model"]["revision"].partition("+")[0]
