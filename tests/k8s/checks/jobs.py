"""Nightly jobs end in time and alone, run commands that there are, and are told what they need."""

import re
from pathlib import Path
from zoneinfo import available_timezones

import typer

from stockcast_lib.adapters.vendors.sample import SampleVendor
from stockcast_lib.batches import tickers_in
from stockcast_lib.cli import app
from stockcast_lib.core.errors import InvalidRequest
from tests.k8s.checks.manifests import component, pod, title

# All that each may know that others must not; the watchlist asks the gateway, as anybody may.
SECRETS = {
    "watchlist": {("stockcast-tokens", "watchlist")},
    "scoring": {("stockcast-s3", "access-key"), ("stockcast-s3", "secret-key")},
}
_DAY = 24 * 3600
_FIELD = re.compile(r"\*(/\d+)?|\d+(-\d+)?(,\d+(-\d+)?)*")
_FIELDS = 5  # minute, hour, day, month, day of the week


def bounded(manifests):
    """No two at once, and an end to each try, to the tries, and to what is kept of them."""
    return [f"{title(each)}: {fault}" for each in manifests.jobs() for fault in _endless(each)]


def _endless(job):
    cron, spec = job["spec"], job["spec"]["jobTemplate"]["spec"]
    if cron.get("concurrencyPolicy") != "Forbid":
        yield "a night may overlap the next"
    if not 10 <= cron.get("startingDeadlineSeconds", 0) < _DAY:
        yield "it may begin when the next is due"
    if not 0 < spec.get("activeDeadlineSeconds", 0) < _DAY:
        yield "it may take longer than a day"
    if not 0 <= spec.get("backoffLimit", 6) <= 3:
        yield "it is tried too often"
    if pod(job).get("restartPolicy") != "Never":
        yield "what a failed try said is not kept"
    if "ttlSecondsAfterFinished" not in spec:
        yield "one that was begun by hand stays for ever"
    for name in ("successfulJobsHistoryLimit", "failedJobsHistoryLimit"):
        if not 1 <= cron.get(name, 0) <= 10:
            yield f"{name} is {cron.get(name)}"


def scheduled(manifests):
    """At a time of a place: a cluster's own clock knows no summer time."""
    faults = []
    for each in manifests.jobs():
        fields = each["spec"]["schedule"].split(" ")
        if len(fields) != _FIELDS or not all(map(_FIELD.fullmatch, fields)):
            faults.append(f"{title(each)}: no schedule: {each['spec']['schedule']}")
        if each["spec"].get("timeZone") not in available_timezones():
            faults.append(f"{title(each)}: no time zone: {each['spec'].get('timeZone')}")
    return faults


def commands(manifests):
    """The command line takes what each runs, which writes only where something may be written."""
    faults = []
    for each, container in _containers(manifests):
        try:
            _, told = _parsed(container["args"])
        except typer.TyperException as error:
            faults.append(f"{title(each)}: {error.format_message()}")
            continue
        out = told.get("out")
        if out and not any(map(out.is_relative_to, _writable(each, container))):
            faults.append(f"{title(each)}: {out} is in no volume that can be written")
    return faults


def watchlist(manifests):
    """The list that is asked for is there and holds tickers; bundled ones if that is the vendor."""
    return [
        f"{title(each)}: {fault}"
        for each, container in _containers(manifests)
        if container["args"][1] == "batch"
        for fault in _list_faults(manifests, each, container)
    ]


def _list_faults(manifests, job, container):
    _, told = _parsed(container["args"])
    text = _mounted(manifests, job, container, told["file"])
    if text is None:
        yield f"there is no {told['file']}"
        return
    try:
        tickers = tickers_in(text)
    except InvalidRequest as error:
        yield error.message
        return
    if manifests.settings()["STOCKCAST_VENDORS"] == "sample":
        bundled = SampleVendor().directory()
        yield from (f"{ticker} is not bundled" for ticker in tickers if ticker not in bundled)


def secrets(manifests):
    """Each is given exactly those that it needs."""
    faults = []
    for each, container in _containers(manifests):
        sources = [variable.get("valueFrom", {}) for variable in container.get("env", [])]
        sources = [source["secretKeyRef"] for source in sources if "secretKeyRef" in source]
        given = {(source["name"], source["key"]) for source in sources}
        faults += [
            f"{title(each)}: {key} of {name} is {'needed' if (name, key) not in given else 'given'}"
            for name, key in sorted(given ^ SECRETS[component(each)])
        ]
    return faults


def _containers(manifests):
    return [(each, container) for each in manifests.jobs() for container in pod(each)["containers"]]


def _parsed(args):
    """The command that is named, and its parameters; nothing is run.

    Raises:
        typer.TyperException: the command line does not take it.
    """
    program, *words = args
    group = typer.main.get_command(app)
    context = group.make_context(program, words)
    name, command, rest = group.resolve_command(context, [*context._protected_args, *context.args])
    return name, command.make_context(name, rest, parent=context).params


def _writable(job, container):
    writable = {each["name"] for each in pod(job)["volumes"] if "emptyDir" in each}
    return [mount["mountPath"] for mount in container["volumeMounts"] if mount["name"] in writable]


def _mounted(manifests, job, container, path):
    """The text of a file that a ConfigMap brings; None if none does."""
    maps = {v["name"]: v["configMap"]["name"] for v in pod(job)["volumes"] if "configMap" in v}
    for mount in container["volumeMounts"]:
        named = maps.get(mount["name"])
        if named in manifests.names("ConfigMap") and path.parent == Path(mount["mountPath"]):
            return manifests.find("ConfigMap", named)["data"].get(path.name)
    return None
