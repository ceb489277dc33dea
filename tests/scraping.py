"""What a process tells Prometheus, read as Prometheus reads it."""

from prometheus_client.parser import text_string_to_metric_families

from tests.gateway import fetch


def scraped(url):
    """All values that a process tells, by name and labels."""
    answer = fetch(f"{url.rstrip('/')}/metrics")
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.body.decode())
        for sample in family.samples
    }


def total(samples, name, **labels):
    """The sum of a name's samples that have these labels among theirs."""
    return sum(
        value
        for (found, *at), value in samples.items()
        if found == name and labels.items() <= dict(at).items()
    )


_SUFFIXES = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}


def described(text):
    """The names that a text exports, of metrics without a value yet too, each with the labels seen.

    A metric that nothing was counted of has no sample; its labels are those of its collector.
    """
    found = {}
    for family in text_string_to_metric_families(text):
        for suffix in _SUFFIXES.get(family.type, ("",)):
            found[family.name + suffix] = {
                label
                for sample in family.samples
                if sample.name == family.name + suffix
                for label in sample.labels
            }
    return found
