"""The workers' listeners under generated lines, each answer held against PROTOCOL.md."""

import json
import re
import socket
import time
from collections import Counter

import pytest
from hypothesis import strategies as st

from stockcast_lib.core.errors import ErrorReport
from stockcast_lib.core.jobs import Stage
from stockcast_lib.core.protocol import MAX_LINE
from stockcast_lib.stack.binaries import find_redis_server, redis_major_version
from tests.fuzz.frames import KEY, RAW, changed_lines, good_line, signed_lines
from tests.fuzz.generating import for_a_share, generated
from tests.fuzz.listeners import running_listeners
from tests.servers import REPOSITORY, running_redis

pytestmark = [pytest.mark.services, pytest.mark.timeout(1200)]

SILENCE = 2.0
DOCUMENT = (REPOSITORY / "server" / "PROTOCOL.md").read_text(encoding="utf-8")
CODES = set(re.findall(r"^\| `([a-z-]+)` \|", DOCUMENT.partition("| `code` ")[2], re.MULTILINE))


@pytest.fixture(scope="module")
def listeners(tmp_path_factory, s3_environment):
    folder, version = tmp_path_factory.mktemp("redis"), redis_major_version(find_redis_server())
    with (
        running_redis(folder, version) as url,
        running_listeners(
            **s3_environment, STOCKCAST_REDIS_URL=url, STOCKCAST_FRAME_KEY=KEY.decode(),
            STOCKCAST_SILENCE_SECONDS=str(SILENCE), STOCKCAST_QUEUE_LIMIT="50",
        ) as running,
    ):  # fmt: skip
        yield running


def answers(port, data):
    """What is answered to bytes: one line for each whole line, until one is too long."""
    with socket.create_connection(("127.0.0.1", port), 20) as connection:
        connection.settimeout(20)
        connection.sendall(data)
        with connection.makefile("rb") as lines:
            for line in data.split(b"\n")[:-1]:
                yield lines.readline()
                if len(line) >= MAX_LINE:
                    return


def check_documented(answer):
    """Its code, or what became of the message."""
    assert len(answer) <= MAX_LINE
    assert answer.endswith(b"\n")
    told = json.loads(answer)
    assert told.pop("v") == 1
    status = told.pop("status")
    if status == "rejected":
        reason = told.pop("reason")
        assert reason.keys() == ErrorReport.model_fields.keys()
        assert reason["code"] in CODES, reason
    else:
        assert status in {"accepted", "joined", "done"}
        assert re.fullmatch("[a-z2-7]{32}", told.pop("job_id"))
        reason = {"code": status}
    assert told == {}
    return reason["code"]


def settled(listeners, before):
    deadline = time.monotonic() + 10 * SILENCE
    while any(now > before[kind] for kind, now in listeners.held().items()):
        assert time.monotonic() < deadline, (before, listeners.held())
        time.sleep(0.1)


@pytest.mark.parametrize(
    "lines", [RAW | changed_lines(), signed_lines()], ids=["garbled", "signed"]
)
def test_every_answer_is_documented_and_nothing_is_left_behind(listeners, figures, lines):
    for port in listeners.ports.values():
        for answer in answers(port, good_line()):
            check_documented(answer)
    before = listeners.held()

    counted = Counter()

    @generated(stage=st.sampled_from(Stage), data=lines)
    def check(stage, data):
        for answer in answers(listeners.ports[stage], data):
            counted[check_documented(answer)] += 1

    for_a_share(check, 1 / 3)
    figures.append(f"answers: {dict(counted)}")
    settled(listeners, before)
    assert listeners.process.poll() is None
