"""What Prometheus and Grafana are told: ports that there are, metrics that the code exports."""

import json
import re
from functools import cache

import promql_parser

from stockcast_lib.adapters.prometheus import families
from stockcast_lib.adapters.prometheus.counting import (
    PrometheusRequests,
    PrometheusStage,
    StageCounters,
)
from stockcast_lib.adapters.prometheus.exposition import PrometheusExposition, new_registry
from stockcast_lib.adapters.prometheus.reading import Reading
from stockcast_lib.core.budgets import CallLimit, VendorState, WindowLeft
from stockcast_lib.core.figures import KernelFigures, LaneFigures, QueueFigures, SessionFigures
from stockcast_lib.core.jobs import Lane, Stage
from stockcast_lib.core.scores import Scores
from stockcast_lib.ports import Lookup, Outcome
from tests.factories import score
from tests.k8s.checks.flows import selects
from tests.k8s.checks.manifests import component, is_own, pod, pod_labels, ports, title
from tests.scraping import described

# The port at which each server tells its figures.
_TOLD_AT = {"gateway": "http", "dashboard": "http", "ingest": "health", "forecast": "health"}
# What rules and dashboards ask for by `job`.
_JOB = "stockcast"
# Prometheus's own, of each target.
_ITS_OWN = {"up": {"job", "instance", "pod"}}
# What it adds to each sample, by the PodMonitor.
_TARGET = {"job", "instance", "pod", "namespace", "container", "app_kubernetes_io_component"}
_SEVERITIES = {"critical", "warning"}
# What Grafana fills in.
_GRAFANA = {"$__rate_interval": "5m"}


@cache
def exported():
    """Every metric that some process exports, with its labels; a test scrapes them all."""
    registry = new_registry()
    _count_everything_once(
        PrometheusRequests(registry), PrometheusStage(StageCounters(registry), Stage.INGEST)
    )
    lane = LaneFigures(Stage.INGEST, Lane.BATCH, 0, 0, 0.0)
    state = VendorState("tiingo", (WindowLeft(1, CallLimit(2, 3600), 1.0),), 0.0, None)
    figures = (
        (QueueFigures((lane,), ((Stage.INGEST, 1),), 0), families.queue_families),
        (Scores(scores=(score(),)), families.score_families),
        ((state,), families.vendor_families),
        (KernelFigures(0, 0, 0, 0), families.kernel_families),
        (SessionFigures(0, 1, 0), families.session_families),
    )
    sources = [(Reading("test", lambda each=each: each, lasts=60), made) for each, made in figures]
    return described(PrometheusExposition(registry, *sources).text().decode())


def _count_everything_once(requests, stage):
    requests.answered("GET", "/", 200, 0.1)
    requests.listening(0)
    requests.refused("rate-limited")
    stage.message("done")
    stage.run(Lane.BATCH, Outcome.DONE, None, 0.1)
    stage.cell(0.1)
    stage.prices(Lookup.STORED)
    stage.vendor_calls("tiingo", "ok", 1)


def monitors(manifests):
    """Every server of ours that has figures is scraped, at a port that it has and has named."""
    faults = []
    for monitor in manifests.of("PodMonitor"):
        spec = monitor["spec"]
        own = [w for w in manifests.servers() if any(map(is_own, pod(w)["containers"]))]
        selected = [w for w in own if selects(spec["selector"], pod_labels(w))]
        named = {component(w) for w in selected}
        if named != _TOLD_AT.keys():
            faults.append(f"{title(monitor)} selects {sorted(named)}")
        faults += [
            f"{title(workload)} has not the labels that {title(monitor)} takes over"
            for workload in selected
            if not set(spec["podTargetLabels"]) <= pod_labels(workload).keys()
            or pod_labels(workload).get(spec["jobLabel"]) != _JOB
        ]
        wanted = {each["port"] for each in spec["podMetricsEndpoints"]}
        faults += [
            f"{title(workload)} is scraped at {sorted(found)}"
            for workload in selected
            if (found := _named_ports(workload) & wanted) != {_TOLD_AT.get(component(workload))}
        ]
        faults += [
            f"{title(monitor)}: nobody tells figures at a port {name}"
            for name in wanted - set(_TOLD_AT.values())
        ]
        faults += [
            f"{title(monitor)}: figures are not at {each['path']}"
            for each in spec["podMetricsEndpoints"]
            if each["path"] != "/metrics"
        ]
    return faults


def _named_ports(workload):
    return {name for container in pod(workload)["containers"] for name in ports(container)}


def expressions(manifests):
    """Rules and dashboards are PromQL of metrics and labels that are exported."""
    return [
        f"{where}: {fault}"
        for where, text in [*_ruled(manifests), *_drawn(manifests)]
        for fault in _faults(text)
    ]


def alerts(manifests):
    """Each alert says how urgent it is, what is wrong, and where it is written what to do."""
    faults = []
    for rule in _rules(manifests):
        name, notes = rule["alert"], rule.get("annotations", {})
        if rule.get("labels", {}).get("severity") not in _SEVERITIES:
            faults.append(f"{name}: severity is none of {sorted(_SEVERITIES)}")
        faults += [
            f"{name}: no {each}" for each in ("summary", "description") if not notes.get(each)
        ]
        if notes.get("runbook_url") != f"docs/operations.md#{name.lower()}":
            faults.append(f"{name}: its runbook is not at its name")
        if not re.fullmatch(r"\d+[mh]", rule.get("for", "")):
            faults.append(f"{name}: it does not say for how long")
    names = [rule["alert"] for rule in _rules(manifests)]
    return faults + [f"{name} is there twice" for name in names if names.count(name) > 1]


def dashboards(manifests):
    """Each is JSON that Grafana's sidecar finds, every panel is one of its own and has a unit."""
    faults = []
    for config, board in _boards(manifests):
        if board is None:
            faults.append(f"{title(config)}: that is no JSON")
            continue
        numbers = [panel["id"] for panel in board["panels"]]
        if len(set(numbers)) < len(numbers):
            faults.append(f"{title(config)}: two panels have one id")
        for panel in _panels(board):
            if not panel["fieldConfig"]["defaults"].get("unit"):
                faults.append(f"{title(config)}: {panel['title']} has no unit")
            if panel["datasource"]["uid"] != "${datasource}":
                faults.append(f"{title(config)}: {panel['title']} asks one cluster's Prometheus")
    if manifests.of("PodMonitor") and not list(_boards(manifests)):
        faults.append("there is no dashboard")
    return faults


def _rules(manifests):
    for each in manifests.of("PrometheusRule"):
        for group in each["spec"]["groups"]:
            yield from group["rules"]


def _ruled(manifests):
    return [(rule["alert"], rule["expr"]) for rule in _rules(manifests)]


def _drawn(manifests):
    return [
        (panel["title"], target["expr"])
        for _, board in _boards(manifests)
        for panel in _panels(board or {"panels": []})
        for target in panel["targets"]
    ]


def _boards(manifests):
    for config in manifests.of("ConfigMap"):
        if config["metadata"].get("labels", {}).get("grafana_dashboard") != "1":
            continue
        for text in config["data"].values():
            try:
                yield config, json.loads(text)
            except ValueError:
                yield config, None


def _panels(board):
    return [panel for panel in board["panels"] if panel["type"] != "row"]


def _faults(text):
    for name, value in _GRAFANA.items():
        text = text.replace(name, value)
    try:
        tree = promql_parser.parse(text)
    except ValueError as error:
        return [f"no PromQL: {error}"]
    faults = []
    for selector, grouped in _selectors(tree, frozenset()):
        known = _ITS_OWN.get(selector.name) or exported().get(selector.name)
        if known is None:
            faults.append(f"nothing exports {selector.name}")
            continue
        asked = {matcher.name for matcher in selector.matchers.matchers} | grouped
        unknown = asked - known - _TARGET
        jobs = {m.value for m in selector.matchers.matchers if m.name == "job"}
        faults += [f"{selector.name}: there is no job {job}" for job in jobs - {_JOB}]
        faults += [f"{selector.name} has no label {label}" for label in sorted(unknown)]
    return faults


def _selectors(node, grouped):
    """Each selector, with the labels that what is around it groups by."""
    match node:
        case promql_parser.VectorSelector():
            yield node, grouped
        case promql_parser.MatrixSelector():
            yield node.vector_selector, grouped
        case promql_parser.AggregateExpr():
            by = frozenset(node.modifier.labels) if node.modifier else frozenset()
            # Further out only what is left can be grouped by, and that is asked for here.
            yield from _selectors(node.expr, by)
        case promql_parser.BinaryExpr():
            yield from _selectors(node.lhs, grouped)
            yield from _selectors(node.rhs, grouped)
        case promql_parser.Call():
            for argument in node.args:
                yield from _selectors(argument, grouped)
        case promql_parser.ParenExpr() | promql_parser.SubqueryExpr() | promql_parser.UnaryExpr():
            yield from _selectors(node.expr, grouped)
