"""docs/scaling.md, from what the load test measured."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from tests.markdown import table
from tests.scaling.load import Measured
from tests.scaling.plan import (
    AN_HOUR,
    BUSIEST,
    LEAST_PODS,
    LONGEST_WAIT,
    NIGHT_HOURS,
    READS_A_FORECAST,
    UNIVERSE,
    Plan,
    Prices,
    hourly,
    limits,
    nightly,
)
from tests.scaling.queueing import Service
from tests.servers import REPOSITORY

_FILE = REPOSITORY / "docs" / "scaling.md"
_KILOBYTE, _MEGABYTE, _GIGABYTE = 1024, 1024**2, 1024**3


def write(measured: Measured, commit: str, machine: dict[str, Any]) -> None:
    """Write the document."""
    _FILE.write_text(text(measured, commit, machine), encoding="utf-8")


def text(measured: Measured, commit: str, machine: dict[str, Any]) -> str:
    """The whole document."""
    prices = Prices()
    return f"""# How far it scales

Written by `make scaling` at commit {commit} on {datetime.now(UTC).date()}: one gateway and one
worker of each stage under load on {machine["cores"]} cores ({machine["processor"]}), and a
queueing model with what was measured. The cluster itself is on paper: nothing here was run on one.

## What a forecast uses

A *first* forecast brings a ticker's prices into the store and tests the model on them; a *new* one
asks for another horizon of prices that are there; a *repeated* one is there already.

{table(("of one forecast", "first", "new", "repeated"), _uses(measured))}
A job takes its worker this long, with two cores for all parts; a *busy* worker, which works for
half of its time, shares them with the next job's kernel and with all else:

{table(("stage", "first", "new", "new, busy"), _services(measured))}
A pod holds {_memory(measured)}.

## The queue

Each stage is a queue of jobs that come independently of each other, and of workers that do one at
a time: M/G/c, with the means and squared coefficients of variation (c²) above, by Allen and
Cunneen's approximation, which `tests/scaling/test_queueing.py` holds against simulations. Against
the real thing: for the busy worker the model says that a job waits
{1000 * measured.predicted_wait:.0f} ms on average, and the answers in the load test came
{1000 * measured.waited:.0f} ms later than to somebody who asks alone.

## So many forecasts an hour

New forecasts, {READS_A_FORECAST} reads of each, at most {BUSIEST:.0%} of a worker's time used, 95 %
of the jobs begun within {LONGEST_WAIT:g} s, and never fewer than {LEAST_PODS} pods of a kind. The
nightly universe is {UNIVERSE:,} tickers, all with new prices, in {NIGHT_HOURS} hours, in the batch
lane, which lets people go first.

{table(*_plans(measured, prices))}
Dollars are of a month of that load, at {prices.core_hour} a core and hour, {prices.gigabyte_hour} a
gigabyte and hour, {prices.thousand_writes} and {prices.thousand_reads} a thousand writes and reads
of S3, {prices.stored} a gigabyte stored for a month; a pod is paid for half a core at least. The
managed Redis, the traffic and the vendor are not in it. The archive's price is of what one month
adds, each month; twelve months without a lifecycle rule cost twelve times that.

## What breaks first

{table(("at its end", "new forecasts an hour", "what to change"), _limits(measured))}
The nightly universe meets the vendor first: Tiingo's free plan, by third parties' figures, gives
some 50 calls an hour and 500 tickers a month, so {UNIVERSE:,} tickers need a plan that is paid for,
and `STOCKCAST_TIINGO_CALLS_PER_HOUR` and `STOCKCAST_TIINGO_CALLS_PER_DAY` as it allows.
At 10 an hour nothing breaks, and two pods of a kind are there for a node's failure, not for speed.
"""


def _uses(measured: Measured) -> Iterable[tuple[str, ...]]:
    kinds = (measured.first, measured.new, measured.repeated)
    rows = (
        ("processor, gateway, ms", "gateway", 1000, ".2f"),
        ("processor, ingest worker and kernels, ms", "ingest", 1000, ".1f"),
        ("processor, forecast worker and kernels, ms", "forecast", 1000, ".1f"),
        ("processor, Redis, ms", "redis", 1000, ".2f"),
        ("commands in Redis, those in scripts too", "redis_commands", 1, ".1f"),
        ("its result in Redis, KB", "redis_results", 1 / _KILOBYTE, ".1f"),
        ("its job in Redis, KB", "redis_jobs", 1 / _KILOBYTE, ".1f"),
        ("written to Redis' log, KB", "redis_log", 1 / _KILOBYTE, ".1f"),
        ("reads of S3", "s3_reads", 1, ".1f"),
        ("writes to S3", "s3_writes", 1, ".1f"),
        ("kept in S3, KB", "s3_bytes", 1 / _KILOBYTE, ".1f"),
    )
    for label, name, factor, form in rows:
        yield label, *(format(factor * max(0.0, getattr(kind, name)), form) for kind in kinds)


def _services(measured: Measured) -> Iterable[tuple[str, ...]]:
    for stage, new in measured.services.items():
        busy = _service(measured.busy) if stage == "forecast" else "-"
        yield stage, _service(measured.first_services[stage]), _service(new), busy


def _service(service: Service) -> str:
    return f"{1000 * service.mean:.0f} ms (c² {service.variation:.2f})"


def _memory(measured: Measured) -> str:
    return ", ".join(f"{megabytes:.0f} MB ({part})" for part, megabytes in measured.memory.items())


def _plans(measured: Measured, prices: Prices) -> tuple[Iterable[str], Iterable[Iterable[str]]]:
    columns = {f"{rate:,} an hour": hourly(measured, rate) for rate in AN_HOUR}
    columns[f"a night of {UNIVERSE:,}"] = nightly(measured)
    plans, memory = list(columns.values()), measured.memory
    rows = [
        ("gateways", *(str(plan.gateways) for plan in plans)),
        ("ingest workers", *(str(plan.ingest.servers) for plan in plans)),
        ("forecast workers", *(str(plan.forecast.servers) for plan in plans)),
        ("of whose time is used", *(f"{plan.forecast.utilisation:.1%}" for plan in plans)),
        ("95 % begin within", *(f"{plan.forecast.wait(95):.2f} s" for plan in plans[:-1]), "-"),
        ("cores busy", *(f"{plan.cores:.2g}" for plan in plans)),
        ("of Redis' one core", *(f"{plan.redis_share:.2%}" for plan in plans)),
        ("Redis holds", *(_size(plan.redis_bytes) for plan in plans[:-1]), "-"),
        ("S3 reads / writes a second", *(_calls(plan) for plan in plans)),
        ("the archive grows a day by", *(_a_day(plan, plan is plans[-1]) for plan in plans)),
    ]
    money = [plan.dollars_a_month(memory, prices) for plan in plans]
    share = NIGHT_HOURS / 24  # the night's load is there for so much of the month
    money[-1] = {name: share * dollars for name, dollars in money[-1].items()}
    rows += [(f"$ a month, {name}", *(f"{each[name]:,.2f}" for each in money)) for name in money[0]]
    return ("", *columns), rows


def _calls(plan: Plan) -> str:
    return f"{plan.s3_reads:.3g} / {plan.s3_writes:.3g}"


def _a_day(plan: Plan, at_night: bool) -> str:
    return _size(plan.s3_bytes_a_day * (NIGHT_HOURS / 24 if at_night else 1))


def _size(number: float) -> str:
    if number >= _GIGABYTE:
        return f"{number / _GIGABYTE:,.1f} GB"
    return f"{number / _MEGABYTE:,.1f} MB"


def _limits(measured: Measured) -> Iterable[tuple[str, ...]]:
    for limit in limits(measured):
        yield limit.part, f"{float(f'{limit.an_hour:.2g}'):,.0f}", limit.remedy
