"""Figures as Prometheus's metric families."""

from collections.abc import Iterable, Iterator, Sequence

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from stockcast_lib.core.budgets import VendorState
from stockcast_lib.core.figures import KernelFigures, QueueFigures, SessionFigures
from stockcast_lib.core.scores import Score, Scores

# Whoever publishes names models; of more than these nobody draws a chart.
MOST_MODELS = 20


def queue_families(figures: QueueFigures) -> Iterator[Metric]:
    """Of the queue."""
    labels = ("stage", "lane")
    waiting = GaugeMetricFamily("stockcast_jobs_waiting", "Jobs that wait.", labels=labels)
    running = GaugeMetricFamily("stockcast_jobs_running", "Jobs that run.", labels=labels)
    oldest = GaugeMetricFamily(
        "stockcast_oldest_job_age_seconds",
        "Since the oldest job that waits was asked for; 0 where none waits.",
        labels=labels,
    )
    for lane in figures.lanes:
        place = (lane.stage, lane.lane)
        waiting.add_metric(place, lane.waiting)
        running.add_metric(place, lane.running)
        oldest.add_metric(place, lane.oldest_seconds)
    workers = GaugeMetricFamily(
        "stockcast_workers", "Workers seen in the last seconds.", labels=("stage",)
    )
    for stage, count in figures.workers:
        workers.add_metric((stage,), count)
    yield from (waiting, running, oldest, workers)
    yield GaugeMetricFamily(
        "stockcast_dead_letters", "Jobs that somebody has to look at.", figures.dead_letters
    )


def kernel_families(figures: KernelFigures) -> Iterator[Metric]:
    """Of a process's kernels."""
    yield GaugeMetricFamily(
        "stockcast_kernels_ready", "Kernels that wait for their run.", figures.ready
    )
    yield CounterMetricFamily("stockcast_kernel_forks", "Kernels that were forked.", figures.forks)
    yield CounterMetricFamily(
        "stockcast_kernel_fallbacks",
        "Kernels that were started plainly, since they could not be forked.",
        figures.fallbacks,
    )
    yield CounterMetricFamily(
        "stockcast_fork_server_rebirths",
        "Fork servers that took a dead one's place.",
        figures.rebirths,
    )


def session_families(figures: SessionFigures) -> Iterator[Metric]:
    """Of the dashboard's visitors."""
    yield GaugeMetricFamily(
        "stockcast_dashboard_sessions", "Who has the dashboard open.", figures.open
    )
    yield GaugeMetricFamily(
        "stockcast_dashboard_sessions_limit", "How many may have it open.", figures.limit
    )


def vendor_families(states: Iterable[VendorState]) -> Iterator[Metric]:
    """Of the vendors' budgets."""
    labels = ("vendor", "window_seconds")
    left = GaugeMetricFamily(
        "stockcast_vendor_calls_left", "Calls that may still be made in a window.", labels=labels
    )
    limit = GaugeMetricFamily(
        "stockcast_vendor_calls_limit", "Calls that a window allows.", labels=labels
    )
    rest = GaugeMetricFamily(
        "stockcast_vendor_rest_seconds",
        "For how long nobody asks the vendor, because of what it said.",
        labels=("vendor",),
    )
    for state in states:
        rest.add_metric((state.vendor,), state.rest_seconds)
        for window in state.left:
            place = (state.vendor, str(window.limit.seconds))
            left.add_metric(place, window.calls)
            limit.add_metric(place, window.limit.calls)
    yield from (left, limit, rest)


def score_families(found: Scores) -> Iterator[Metric]:
    """Of how served forecasts did: of each model the revision that was asked last."""
    labels = ("model", "sessions")
    ratio = GaugeMetricFamily(
        "stockcast_forecast_error_ratio",
        "Error of the served forecasts over that of the last price: below 1 is better.",
        labels=labels,
    )
    held = GaugeMetricFamily(
        "stockcast_forecast_coverage_ratio", "How often the band held the outcome.", labels=labels
    )
    promised = GaugeMetricFamily(
        "stockcast_forecast_coverage_promised_ratio", "How often it promised to.", labels=labels
    )
    counted = GaugeMetricFamily(
        "stockcast_forecasts_scored", "Served forecasts whose outcome is known.", labels=labels
    )
    for score in _shown(found.scores):
        place, coverage = (score.model, str(score.sessions)), score.coverage
        counted.add_metric(place, score.forecasts)
        promised.add_metric(place, coverage.level)
        if score.ratio is not None:
            ratio.add_metric(place, score.ratio)
        if coverage.forecasts:
            held.add_metric(place, coverage.held / coverage.forecasts)
    yield from (ratio, held, promised, counted)
    looked = GaugeMetricFamily(
        "stockcast_scored_timestamp_seconds",
        "When the ledger was last scored, in seconds since the epoch.",
        labels=(),
    )
    if found.scored_at is not None:
        looked.add_metric((), found.scored_at.timestamp())
    yield looked


def _shown(scores: Sequence[Score]) -> Iterator[Score]:
    # Parameters of their own are their askers', and a challenger's forecasts were shown to nobody:
    # neither says anything of the model as it is served.
    served = [
        score for score in scores if not score.tuned and score.as_challenger < score.forecasts
    ]
    newest: dict[str, Score] = {}
    for score in sorted(served, key=lambda each: (each.last_as_of, each.forecasts)):
        newest[score.model] = score
    most = sorted(newest.values(), key=lambda each: each.forecasts, reverse=True)[:MOST_MODELS]
    shown = {(score.model, score.revision) for score in most}
    return (score for score in served if (score.model, score.revision) in shown)
