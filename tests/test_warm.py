"""What kernels find done already."""

import os
import subprocess
import sys

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
# Nothing is asked of these before there is a visitor.
_NOWHERE = {
    "STOCKCAST_ENV_FILES": "off",
    "STOCKCAST_REDIS_URL": "redis://127.0.0.1:1/0",
    "STOCKCAST_FRAME_KEY": "0" * 64,
    "STOCKCAST_S3_ENDPOINT_URL": "http://127.0.0.1:1",
    "AWS_ACCESS_KEY_ID": "nobody",
    "AWS_SECRET_ACCESS_KEY": "nothing",
}


def test_a_visitors_kernel_imports_nothing_of_ours_by_itself_and_nothing_large():
    made = subprocess.run(
        [sys.executable, "-c", _MAKE_THE_PAGE],
        env={**os.environ, **_NOWHERE}, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    assert not {"stockcast_lib", "redis", "structlog", "boto3", "plotly"} & set(made.stdout.split())
