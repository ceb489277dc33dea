"""What was asked, and what became of it: in the API's words and in Redis's."""

import time
from collections import Counter

from stockcast_lib.adapters.redis_connection import connect
from stockcast_lib.core import keys
from tests.chaos.askers import TERMINAL

LONGEST_END = 180.0
TICKERS = ("AAPL", "MSFT", "XOM", "IBM", "GOOG", "FB")


def requests(count):
    return [{"ticker": TICKERS[n % len(TICKERS)], "days": 5 + n} for n in range(count)]


def all_ended(askers):
    deadline = time.monotonic() + LONGEST_END
    while True:
        states = askers.states()
        open_jobs = {
            job: answer
            for job, answer in states.items()
            if not isinstance(answer, dict) or answer["state"] not in TERMINAL
        }
        if not open_jobs:
            return states
        assert time.monotonic() < deadline, f"never ended: {open_jobs}"
        time.sleep(1)


def jobs_and_ends(url):
    """The state of each job that the queue holds, and how often each was told to have ended."""
    client = connect(url)
    states = {
        found.removeprefix(keys.job("").encode()).decode(): client.hget(found, "state").decode()
        for found in client.scan_iter(f"{keys.job('')}*", count=1000)
    }
    told = (fields for _, fields in client.xrange(keys.EVENTS))
    ends = Counter(
        fields[b"job"].decode() for fields in told if fields[b"state"].decode() in TERMINAL
    )
    client.close()
    return states, ends
