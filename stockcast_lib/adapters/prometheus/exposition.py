"""A process's figures as Prometheus reads them."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from prometheus_client import (
    CollectorRegistry,
    GCCollector,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from stockcast_lib.adapters.prometheus.reading import Reading

# What is asked, and its answer's families.
Source = tuple[Reading[Any], Callable[[Any], Iterable[Metric]]]


def new_registry() -> CollectorRegistry:
    """A registry, for counters that do not tell when they were made: nobody asks."""
    disable_created_metrics()  # type: ignore[no-untyped-call]
    return CollectorRegistry()


class PrometheusExposition:
    """The `Exposition` port.

    Args:
        registry: the process's one, with whatever is counted in it.
        sources: what is read when somebody asks.
    """

    media = CONTENT_TYPE_PLAIN_0_0_4

    def __init__(self, registry: CollectorRegistry, *sources: Source) -> None:
        self._registry = registry
        registry.register(_Sources(sources))
        ProcessCollector(registry=registry)
        GCCollector(registry=registry)

    def text(self) -> bytes:
        """See `Exposition.text`."""
        return generate_latest(self._registry)


class _Sources(Collector):
    def __init__(self, sources: tuple[Source, ...]) -> None:
        self._sources = sources

    def describe(self) -> list[Metric]:
        """Nothing: so that no source is asked when the process starts."""
        return []

    def collect(self) -> Iterator[Metric]:
        up = GaugeMetricFamily(
            "stockcast_source_up",
            "Whether what figures are read from answered in time.",
            labels=("source",),
        )
        for reading, families in self._sources:
            value = reading.value()
            up.add_metric((reading.name,), float(value is not None))
            if value is not None:
                yield from families(value)
        yield up
