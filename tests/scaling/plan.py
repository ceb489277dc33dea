"""From what a forecast uses to pods, stores and money for so many forecasts an hour."""

import math
from dataclasses import dataclass

from stockcast_lib.core import keys
from tests.scaling.load import Measured
from tests.scaling.metering import Use
from tests.scaling.queueing import Queue, Service, servers_for

AN_HOUR = (10, 1_000, 100_000)
UNIVERSE, NIGHT_HOURS = 10_000, 4
READS_A_FORECAST = 10
LONGEST_WAIT = 1.0  # seconds, of 95 % of the jobs
BUSIEST = 0.7
LEAST_PODS = 2
HOURS_A_MONTH = 730
RESULT_HOURS, JOB_HOURS = keys.RESULT_LIFETIME / keys.HOUR, keys.ENDED_JOB_LIFETIME / keys.HOUR
_GIGABYTE = 1024**3


@dataclass(frozen=True)
class Prices:
    """Dollars, as large clouds list them, rounded; a reader puts in their own.

    Attributes:
        core_hour, gigabyte_hour: of a pod's processor and memory.
        thousand_writes, thousand_reads: calls of S3.
        stored: a gigabyte of S3, a month.
    """

    core_hour: float = 0.04
    gigabyte_hour: float = 0.005
    thousand_writes: float = 0.005
    thousand_reads: float = 0.0004
    stored: float = 0.023


@dataclass(frozen=True)
class Plan:
    """What so many forecasts an hour need.

    Attributes:
        rate: new forecasts a second, each read `READS_A_FORECAST` times afterwards.
        gateways, ingest, forecast: pods; of the stages with their queues.
        cores: kept busy by all of it.
        redis_share: of the one core that Redis can use.
        redis_bytes: that results and ended jobs hold, for as long as they stay there.
        s3_reads, s3_writes: a second.
        s3_bytes_a_day: that the archive grows by.
    """

    rate: float
    gateways: int
    ingest: Queue
    forecast: Queue
    cores: float
    redis_share: float
    redis_bytes: float
    s3_reads: float
    s3_writes: float
    s3_bytes_a_day: float

    @property
    def pods(self) -> int:
        """Of the gateway and the two stages."""
        return self.gateways + self.ingest.servers + self.forecast.servers

    def dollars_a_month(self, memory: dict[str, float], prices: Prices) -> dict[str, float]:
        """For the pods, the calls of S3, and what a month adds to the archive.

        Args:
            memory: of a pod of each part, in MB.
            prices: of the cloud.
        """
        pods = {"gateway": self.gateways, "ingest": self.ingest.servers,
                "forecast": self.forecast.servers}  # fmt: skip
        gigabytes = sum(count * memory[part] for part, count in pods.items()) / 1024
        # A pod has a core of its own while it works, and half of one is asked for at least.
        cores = max(self.cores, self.pods / 2)
        calls = self.s3_writes * prices.thousand_writes + self.s3_reads * prices.thousand_reads
        return {
            "pods": HOURS_A_MONTH * (cores * prices.core_hour + gigabytes * prices.gigabyte_hour),
            "S3 calls": calls * HOURS_A_MONTH * 3600 / 1000,
            "a month's archive": 30 * self.s3_bytes_a_day / _GIGABYTE * prices.stored,
        }


def hourly(measured: Measured, an_hour: int) -> Plan:
    """For people who ask for new forecasts of tickers whose prices are fresh, and read them."""
    services = {**measured.services, "forecast": measured.busy}
    return _plan(measured, measured.new, services, an_hour / 3600, LONGEST_WAIT)


def nightly(measured: Measured) -> Plan:
    """For a universe of tickers with new prices each night, which nobody waits for."""
    rate = UNIVERSE / (NIGHT_HOURS * 3600)
    return _plan(measured, measured.first, measured.first_services, rate, float("inf"))


def _plan(
    measured: Measured, use: Use, services: dict[str, Service], rate: float, longest: float
) -> Plan:
    reads = READS_A_FORECAST * rate
    at_the_gateway = rate * use.gateway + reads * measured.repeated.gateway
    at_redis = rate * use.redis + reads * measured.repeated.redis
    stages = {
        stage: servers_for(rate, service, longest_wait=longest, busiest=BUSIEST, least=LEAST_PODS)
        for stage, service in services.items()
    }
    return Plan(
        rate=rate,
        gateways=max(LEAST_PODS, math.ceil(at_the_gateway / BUSIEST)),
        ingest=stages["ingest"],
        forecast=stages["forecast"],
        cores=at_the_gateway + at_redis + rate * (use.ingest + use.forecast),
        redis_share=at_redis,
        redis_bytes=rate * 3600 * _held_in_redis(use),
        s3_reads=rate * use.s3_reads + reads * measured.repeated.s3_reads,
        s3_writes=rate * use.s3_writes,
        s3_bytes_a_day=rate * 86_400 * use.s3_bytes,
    )


def _held_in_redis(use: Use) -> float:
    """Bytes that one forecast an hour comes to hold."""
    return RESULT_HOURS * use.redis_results + JOB_HOURS * use.redis_jobs


@dataclass(frozen=True)
class Limit:
    """The rate at which a part is at its end, and what is to be done then."""

    part: str
    an_hour: float
    remedy: str


def limits(measured: Measured) -> list[Limit]:
    """Of each part as the overlay `prod` has it, the first to end first."""
    new, repeated = measured.new, measured.repeated
    forecast, ingest = measured.busy, measured.services["ingest"]
    gateway = new.gateway + READS_A_FORECAST * repeated.gateway
    redis = new.redis + READS_A_FORECAST * repeated.redis
    found = [
        Limit("two forecast workers", 3600 * BUSIEST * 2 / forecast.mean,
              "more of them: KEDA does, up to `maxReplicaCount` in `k8s/components/scaling`"),
        Limit("two ingest workers", 3600 * BUSIEST * 2 / ingest.mean,
              "more of them, by KEDA as well"),
        Limit("two gateways", 3600 * BUSIEST * 2 / gateway,
              "more replicas: they share nothing but Redis"),
        Limit("one core of Redis", 3600 * BUSIEST / redis,
              "a faster core first; then one Stockcast with a Redis of its own for each part "
              "of the tickers, behind one address"),
        Limit("1.4 GB of Redis", 1.4 * _GIGABYTE / _held_in_redis(new),
              "`STOCKCAST_RESULT_HOURS` and `STOCKCAST_JOB_DAYS` down: what Redis drops is read "
              "from the archive; then more memory"),
        Limit("3,500 writes a second of S3", 3600 * 3500 / new.s3_writes,
              "nothing soon: run ids begin differently, and S3 divides by prefix"),
        Limit("1 TB of archive a month", 1024 * _GIGABYTE / HOURS_A_MONTH / new.s3_bytes,
              "a lifecycle rule on `runs/` that moves or drops what is old; `prices/`, `scores/` "
              "and `models/` stay"),
    ]  # fmt: skip
    return sorted(found, key=lambda limit: limit.an_hour)
