"""The figures of a soak, each against its bar."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from stockcast_lib.core.jobs import Job
from tests.bench.figures import Figure, median, percentile
from tests.chaos.faults import Faults
from tests.soak import watch
from tests.soak.ledger import doubled
from tests.soak.repeated import Answered
from tests.soak.watch import Sample

# What a job may say that failed here: these things did happen.
TRUE_REASONS = {
    "worker-lost", "kernel-died", "store-unavailable", "worker-unavailable",
    "throttled", "vendor-unavailable", "unknown-ticker",
}  # fmt: skip
_LONGEST_P99 = 100.0
_MOST_GROWTH = 5.0
# What counts for nothing: a buffer that Redis grows while it writes, and the connections and
# threads by which pools fill up when many answers coincide. What each job or visit left behind
# would come to more.
_FEW = {"MB": 0.25, "descriptors": 8, "threads": 8}
_UNMEASURED = float("nan")


def faults(struck: Faults) -> list[Figure]:
    """How often each kind struck: at least once."""
    return [Figure(f"fault: {kind}", struck.done[kind], at_least=1) for kind in struck.kinds]


def jobs(
    accepted: set[str], kept: Sequence[Job], ends: Mapping[str, int], heard: Mapping[str, int]
) -> list[Figure]:
    """Each accepted job has ended once, and truly; each listener heard of one end."""
    by_id = {job.id: job for job in kept}
    lost = [each for each in accepted if each not in by_id]
    lost += [job.id for job in kept if not job.state.terminal]
    twice = [job for job in kept if ends[job.id] != 1]
    untrue = [job for job in kept if job.error and job.error.code not in TRUE_REASONS]
    return [
        Figure("jobs that ended", sum(job.state.terminal for job in kept), at_least=len(accepted)),
        Figure("jobs lost", len(lost), at_most=0),
        Figure("jobs that did not end once", len(twice), at_most=0),
        Figure("jobs doubled", len(doubled(kept)), at_most=0),
        Figure("jobs failed for no true reason", len(untrue), at_most=0),
        Figure("event streams", len(heard), at_least=1),
        Figure("event streams without one end", sum(n != 1 for n in heard.values()), at_most=0),
    ]


def answers(answered: Sequence[Answered], calm: Callable[[float], bool]) -> list[Figure]:
    """The repeated forecasts outside the windows."""
    judged = [each for each in answered if calm(each.moment)]
    milliseconds = [1000 * each.latency for each in judged] or [_UNMEASURED]
    what = "repeated forecast outside the faults"
    return [
        Figure("repeated forecasts", len(answered)),
        Figure(f"{what}, not answered", sum(not each.well for each in judged), at_most=0),
        Figure(f"{what}, p50", median(milliseconds), "ms"),
        Figure(f"{what}, p99", percentile(milliseconds, 99), "ms", at_most=_LONGEST_P99),
    ]


def others(failed: Mapping[str, int]) -> list[Figure]:
    """What else was asked."""
    return [Figure(f"{name} that failed outside the faults", n, at_most=0)
            for name, n in failed.items()]  # fmt: skip


def memory(taken: Iterable[Sample], judged_from: float) -> list[Figure]:
    """How much each part's processes grew once all was warm."""
    judged = [each for each in taken if each.moment >= judged_from]
    looked_at = [(part, kind) for part in watch.PARTS for kind in watch.KINDS]
    return [
        _grown(part, kind, [each for each in judged if each.part == part])
        for part, kind in (*looked_at, (watch.REDIS, "MB"))
    ]


def _grown(part: str, kind: str, taken: Sequence[Sample]) -> Figure:
    if taken and all(each.value(kind) is None for each in taken):
        return Figure(f"{part}: {kind}", _UNMEASURED, peer="hidden from this user")
    found = watch.growth(taken, kind)
    if found is None:
        return Figure(f"{part}: growth of {kind}", _UNMEASURED, "%", at_most=_MOST_GROWTH)
    most = max(_MOST_GROWTH, 100 * _FEW[kind] / found.mean)
    peer = f"of {found.mean:.1f} {kind}, by {found.by:+.1f}"
    return Figure(f"{part}: growth of {kind}", 100 * found.share, "%", at_most=most, peer=peer)


def table(figures: Sequence[Figure], end: str) -> str:
    """All of them for a person."""
    wide = max(len(figure.what) for figure in figures)
    rows = (
        f"{figure.what:{wide}}  {figure.value:>9.6g} {figure.unit:3} {figure.bar:10} "
        f"{'MISSED' if figure.missed else '':7}{figure.peer}".rstrip()
        for figure in figures
    )
    return "\n".join((*rows, end))
