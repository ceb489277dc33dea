"""Half an hour of mixed load with faults: nothing is lost or doubled, slows down or grows.

`STOCKCAST_SOAK_SECONDS` makes it shorter, to try it. Run by `make soak`, and by nothing else.
"""

import contextlib
import os
import time
from collections import Counter

import pytest

from stockcast_lib.adapters.redis_connection import connect
from tests.bench.api_client import ApiClient
from tests.bench.machine import Neighbours
from tests.chaos.askers import Askers
from tests.chaos.ends import LONGEST_END, TICKERS, all_ended, requests
from tests.chaos.stores import running_stores
from tests.servers import unwatched_stack
from tests.soak import beside, report, watch
from tests.soak.faults import SoakFaults
from tests.soak.ledger import Ledger
from tests.soak.plan import FAULT_SECONDS, SETTLE_SECONDS, Window, fault_times, is_calm
from tests.soak.repeated import DAYS, repeating
from tests.standins.vendors import running_vendors

SECONDS = float(os.environ.get("STOCKCAST_SOAK_SECONDS", "1800"))
NEW_EVERY = 3.0
REPEATED_A_SECOND = 20.0
FAULT_EVERY = 2.0
SAMPLE_EVERY = 5.0
SEED = 1
# Of the time; the first runs of a worker take memory that the later ones use again.
WARM_UP = 0.25
SLOWEST_END = 120.0

pytestmark = [
    pytest.mark.stack, pytest.mark.kernels, pytest.mark.timeout(int(SECONDS) + 900),
]  # fmt: skip


class Soak:
    """A stack under load, and what is done to it and seen of it.

    Everything happens on the test's own thread, for only that may start the stores again.
    """

    def __init__(self, stack, stores, client, faults):
        self.windows, self.samples = [], []
        self.ledger = Ledger(client)
        self.faults = faults
        self._stack, self._stores, self._client = stack, stores, client

    def run(self, seconds):
        self.begin = begin = time.monotonic()
        for at in fault_times(seconds):
            self._look_on(begin + at)
            self._strike()
        self._look_on(begin + seconds)

    def _strike(self):
        begin = time.monotonic()
        self.faults.strike_for(FAULT_SECONDS, FAULT_EVERY)
        self.faults.heal()
        self._look_on(time.monotonic() + SETTLE_SECONDS, sampled=False)
        self.windows.append(Window(begin, time.monotonic()))

    def _look_on(self, until, *, sampled=True):
        due = time.monotonic()
        while (now := time.monotonic()) < until:
            self._stores.supervisor.mend()
            if now >= due:
                due = now + SAMPLE_EVERY
                self.ledger.read_on()
                if sampled:
                    self.samples.extend(watch.samples(self._stack, self._client))
            time.sleep(0.05)


@contextlib.contextmanager
def soaked_stack(folder):
    """A stack on stores outside, with a vendor for half of the tickers."""
    with (
        running_stores(folder) as stores,
        running_vendors() as vendors,
        contextlib.closing(connect(stores.redis_url)) as client,
        unwatched_stack(
            folder, "--workers", "2",
            STOCKCAST_VENDORS="tiingo,sample", STOCKCAST_TIINGO_CALLS_PER_HOUR="10000",
            STOCKCAST_TIINGO_CALLS_PER_DAY="100000", **vendors.environment, **stores.environment,
        ) as stack,
    ):  # fmt: skip
        with contextlib.closing(ApiClient(stack.api)) as first:
            for ticker in TICKERS:
                first.forecast(ticker, DAYS)
        yield stack, Soak(stack, stores, client, SoakFaults(stack, stores, vendors, client, SEED))


def test_under_load_and_faults_nothing_is_lost_doubled_slower_or_larger(tmp_path, figures):
    neighbours = Neighbours()
    with soaked_stack(tmp_path) as (stack, soak):
        new = requests(int(SECONDS / NEW_EVERY))
        askers = Askers(stack.api, new, SECONDS)
        listeners = beside.Listeners(stack.api, askers)
        others = {
            "searches": beside.searches(stack.api),
            "batches": beside.batches(stack),
            "dashboard visits": beside.visits(stack.dashboard),
        }
        with repeating(stack.api, list(TICKERS), REPEATED_A_SECOND, SECONDS) as repeated:
            for each in (askers, listeners, *others.values()):
                each.start()
            soak.run(SECONDS)
            answered = repeated.end()
        assert askers.join(LONGEST_END), "not everything was accepted"
        hung = [name for name, each in others.items() if not each.stop(SLOWEST_END)]
        ended = all_ended(askers)
        hung += [] if listeners.stop(SLOWEST_END) else ["listeners"]
        time.sleep(2)
        soak.ledger.read_on()
        jobs = soak.ledger.jobs()

    def calm(moment):
        return is_calm(moment, soak.windows)

    accepted = {*askers.accepted, *soak.faults.asked}
    told = [
        *report.faults(soak.faults),
        *report.jobs(accepted, jobs, soak.ledger.ends, listeners.told),
        *report.answers(answered, calm),
        *report.others(beside.failures(others, calm)),
        *report.memory(soak.samples, max(soak.windows[0].end, soak.begin + WARM_UP * SECONDS)),
    ]
    states = Counter(str(job.state) for job in jobs)
    aside = (
        f"{dict(states)}; {len(askers.refused)} requests asked again; "
        f"others kept {neighbours.cores():.1f} cores busy"
    )
    figures.append(report.table(told, aside))
    assert hung == []
    assert len(ended) == len(new)
    assert [figure.what for figure in told if figure.missed] == []
