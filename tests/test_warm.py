"""What kernels find done already, and what no process carries that does not need it."""

import os
import subprocess
import sys
from importlib.util import find_spec

import pytest

pytestmark = pytest.mark.long

_MAKE_THE_PAGE = """
import sys
from stockcast_lib.warm import warm_up
warm_up()
before = set(sys.modules)
from stockcast_lib import wiring
from stockcast_lib.dashboard.page import dashboard

service = wiring.service()
dashboard(service, wiring.origin_fits, wiring.unused_seconds())
service.models()
print(*sorted({name.partition(".")[0] for name in set(sys.modules) - before}))
"""
_NAMES = "print(*{name.partition('.')[0] for name in sys.modules})"
# Nothing is asked of these before there is a visitor.
_NOWHERE = {
    "STOCKCAST_ENV_FILES": "off",
    "STOCKCAST_REDIS_URL": "redis://127.0.0.1:1/0",
    "STOCKCAST_FRAME_KEY": "0" * 64,
    "STOCKCAST_S3_ENDPOINT_URL": "http://127.0.0.1:1",
    "AWS_ACCESS_KEY_ID": "nobody",
    "AWS_SECRET_ACCESS_KEY": "nothing",
}


_MODELS = {"prophet", "matplotlib", "plotly", "scipy"}
_GATEWAY = "import server.gateway; wiring.service(); wiring.publishing(); wiring.gateway_metrics()"


def modules_after(code: str) -> set[str]:
    made = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **_NOWHERE}, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    return set(made.stdout.split())


def test_a_visitors_kernel_imports_nothing_of_ours_by_itself_and_nothing_large():
    made = modules_after(_MAKE_THE_PAGE)
    assert not {"stockcast_lib", "redis", "structlog", "boto3", "plotly"} & made


@pytest.mark.parametrize(
    ("made", "unwanted"),
    [
        (
            _GATEWAY,
            _MODELS | {"pandas"},
        ),
        (
            "import server.worker; wiring.claim_loop(server.worker.Stage.INGEST, 'it')",
            _MODELS | {"pandas"},
        ),
        (
            "import server.worker; wiring.claim_loop(server.worker.Stage.FORECAST, 'it')",
            _MODELS | {"pandas"},
        ),
        ("from stockcast_lib.warm import prices; prices.warm_up()", _MODELS),
        ("from stockcast_lib.warm import forecasts; forecasts.warm_up()", {"ipywidgets"}),
    ],
    ids=["gateway", "ingest worker", "forecast worker", "ingest kernels", "forecast kernels"],
)
def test_no_process_carries_what_another_is_for(made, unwanted):
    held = modules_after(f"import sys; from stockcast_lib import wiring; {made}; {_NAMES}")
    assert not unwanted & held


def test_a_parser_that_takes_a_second_to_import_is_not_installed():
    assert find_spec("jsonschema") is not None
    assert find_spec("rfc3987_syntax") is None
