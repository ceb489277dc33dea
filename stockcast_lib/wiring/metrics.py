"""What each process counts, and tells of itself; one registry a process."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING

from stockcast_lib.core.budgets import VendorState
from stockcast_lib.core.figures import KernelFigures, SessionFigures
from stockcast_lib.core.jobs import Stage
from stockcast_lib.ports import Exposition, ServerMetrics, StageMetrics
from stockcast_lib.settings import VendorSettings
from stockcast_lib.wiring.queue import redis_client, vendor_budget
from stockcast_lib.wiring.stores import score_store

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

    from stockcast_lib.adapters.prometheus.counting import StageCounters
    from stockcast_lib.adapters.prometheus.exposition import Source

# For so many seconds a scrape is given what an earlier one was told.
_QUEUE_LASTS = 5.0
_VENDORS_LAST = 15.0
# They change when somebody scores the ledger: once a night.
_SCORES_LAST = 300.0


@cache
def _registry() -> "CollectorRegistry":
    from stockcast_lib.adapters.prometheus.exposition import new_registry

    return new_registry()


@cache
def gateway_metrics() -> ServerMetrics:
    """The gateway's: its requests, and what is true of the service as a whole."""
    from stockcast_lib.adapters.prometheus import families
    from stockcast_lib.adapters.prometheus.counting import PrometheusRequests
    from stockcast_lib.adapters.prometheus.exposition import PrometheusExposition
    from stockcast_lib.adapters.prometheus.reading import Reading
    from stockcast_lib.adapters.redis_figures import RedisQueueFigures

    queue = Reading("queue", RedisQueueFigures(redis_client()), lasts=_QUEUE_LASTS)
    scores = Reading("scores", score_store().current, lasts=_SCORES_LAST)
    return ServerMetrics(
        PrometheusRequests(_registry()),
        PrometheusExposition(
            _registry(), (queue, families.queue_families), (scores, families.score_families)
        ),
    )


@cache
def stage_metrics(stage: Stage) -> StageMetrics:
    """What a stage's worker counts."""
    from stockcast_lib.adapters.prometheus.counting import PrometheusStage

    return PrometheusStage(_stage_counters(), stage)


@cache
def _stage_counters() -> "StageCounters":
    from stockcast_lib.adapters.prometheus.counting import StageCounters

    return StageCounters(_registry())


def worker_exposition(stages: Sequence[Stage], ready: Callable[[], int]) -> Exposition:
    """What a worker tells of itself.

    Args:
        stages: the worker's.
        ready: how many kernels wait for their run.
    """
    from stockcast_lib.adapters.prometheus import families
    from stockcast_lib.adapters.prometheus.exposition import PrometheusExposition
    from stockcast_lib.adapters.prometheus.reading import Reading

    _stage_counters()
    sources: list[Source] = [_kernels(ready)]
    if Stage.INGEST in stages:
        budgets = Reading("vendors", _vendor_states, lasts=_VENDORS_LAST)
        sources.append((budgets, families.vendor_families))
    return PrometheusExposition(_registry(), *sources)


def dashboard_metrics(sessions: Callable[[], SessionFigures]) -> ServerMetrics:
    """The dashboard's server's.

    Args:
        sessions: how many have it open, and kernels wait; answers at once.
    """
    from stockcast_lib.adapters.prometheus import families
    from stockcast_lib.adapters.prometheus.counting import PrometheusRequests
    from stockcast_lib.adapters.prometheus.exposition import PrometheusExposition
    from stockcast_lib.adapters.prometheus.reading import Reading

    opened = Reading("sessions", sessions, lasts=0.0)
    return ServerMetrics(
        PrometheusRequests(_registry()),
        PrometheusExposition(
            _registry(), (opened, families.session_families), _kernels(lambda: sessions().waiting)
        ),
    )


def _kernels(ready: Callable[[], int]) -> "Source":
    from stockcast_lib.adapters.prometheus import families
    from stockcast_lib.adapters.prometheus.reading import Reading
    from stockcast_lib.execution.counts import COUNTS

    def figures() -> KernelFigures:
        return KernelFigures(ready(), COUNTS.forks, COUNTS.fallbacks, COUNTS.rebirths)

    return Reading("kernels", figures, lasts=0.0), families.kernel_families


def _vendor_states() -> list[VendorState]:
    budget = vendor_budget()
    return [budget.state(vendor) for vendor in VendorSettings.read().askable()]
