"""What a server process writes to standard error."""

import json
import subprocess
import sys

from tests.servers import REPOSITORY

PROGRAM = """
import logging, warnings
import structlog
from stockcast_lib.logs import configure_logs
configure_logs()
with structlog.contextvars.bound_contextvars(job="J", ticker="T"):
    structlog.get_logger().info("ours", number=1)
    logging.getLogger("library").warning("theirs: %s", "2")
    try:
        raise ValueError("two\\nlines")
    except ValueError:
        logging.getLogger("library").exception("broke")
logging.getLogger("library").info("of no interest")
"""


def test_what_we_and_what_libraries_log_is_a_json_object_a_line():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert done.stdout == ""
    ours, theirs, broke = [json.loads(line) for line in done.stderr.splitlines()]
    assert (ours["event"], ours["number"], ours["level"]) == ("ours", 1, "info")
    assert (theirs["event"], theirs["logger"]) == ("theirs: 2", "library")
    assert "ValueError: two\nlines" in broke["exception"]
    for line in (ours, theirs, broke):
        assert (line["job"], line["ticker"]) == ("J", "T")
        assert "timestamp" in line
