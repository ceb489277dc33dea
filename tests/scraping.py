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
