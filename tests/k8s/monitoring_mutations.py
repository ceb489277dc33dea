"""What may be wrong with the monitoring, one thing at a time."""

import json

from tests.k8s.checks import flows, monitoring, schemas
from tests.k8s.mutation import GONE, Mutation
from tests.k8s.rendering import K8S

_MONITOR = "PodMonitor stockcast"
_RULES = "PrometheusRule stockcast"
_GRAFANA = "ConfigMap stockcast-grafana"
_BOARD = "data/stockcast.json"
_ENDPOINT = "spec/podMetricsEndpoints/1"
_SELECTED = "spec/selector/matchExpressions/0/values"
_RULE = "spec/groups/0/rules/0"
_FROM = "spec/ingress/0/from"


def _board(old, new):
    """The dashboard with one text in place of another."""
    text = (K8S / "components/monitoring/stockcast.json").read_text("utf-8")
    assert old in text
    return text.replace(old, new)


def _without_units():
    board = json.loads(_board("", ""))
    del board["panels"][1]["fieldConfig"]["defaults"]["unit"]
    return json.dumps(board)


MONITORING_MUTATIONS = (
    Mutation(schemas.valid, _MONITOR, "spec/endpoints", []),
    Mutation(schemas.valid, _MONITOR, "spec/podMetricsEndpoints"),
    Mutation(schemas.valid, _RULES, "spec/rules", []),
    Mutation(schemas.valid, _RULES, "apiVersion", "monitoring.coreos.com/v9"),
    Mutation(monitoring.monitors, _MONITOR, f"{_ENDPOINT}/port", "metrics"),
    Mutation(monitoring.monitors, _MONITOR, f"{_ENDPOINT}/port", "frames"),
    Mutation(monitoring.monitors, _MONITOR, _ENDPOINT),
    Mutation(monitoring.monitors, _MONITOR, f"{_ENDPOINT}/path", "/healthz"),
    Mutation(monitoring.monitors, _MONITOR, "spec/jobLabel", "app.kubernetes.io/component"),
    Mutation(monitoring.monitors, _MONITOR, "spec/podTargetLabels/+", "tier"),
    Mutation(monitoring.monitors, _MONITOR, f"{_SELECTED}/3"),
    Mutation(monitoring.monitors, _MONITOR, f"{_SELECTED}/+", "lab"),
    Mutation(
        monitoring.monitors, "Deployment stockcast-forecast",
        "spec/template/spec/containers/0/ports/1/name", "healthy",
    ),
    *(
        Mutation(monitoring.expressions, _RULES, f"{_RULE}/expr", text)
        for text in (
            "max(stockcast_jobs_waitin) > 0",
            "stockcast_http_requests > 0",
            'stockcast_jobs_waiting{ticker="A"} > 0',
            "sum by (status) (stockcast_jobs_waiting) > 0",
            "rate(stockcast_runs_total{code='x'}[5m]) > 0",
            "sum(rate(stockcast_runs_total[5m]) > 0",
            'up{job="stockcast-gateway"} == 0',
        )
    ),
    Mutation(
        monitoring.expressions, _GRAFANA, _BOARD,
        _board("stockcast_kernels_ready", "stockcast_spares"),
    ),
    Mutation(
        monitoring.expressions, _GRAFANA, _BOARD, _board("sum by (lookup)", "sum by (cache)")
    ),
    Mutation(monitoring.alerts, _RULES, f"{_RULE}/labels/severity", "urgent"),
    Mutation(monitoring.alerts, _RULES, f"{_RULE}/labels"),
    Mutation(monitoring.alerts, _RULES, f"{_RULE}/annotations/summary"),
    Mutation(monitoring.alerts, _RULES, f"{_RULE}/annotations/runbook_url", "docs/deploy.md"),
    Mutation(monitoring.alerts, _RULES, f"{_RULE}/for"),
    Mutation(monitoring.alerts, _RULES, f"{_RULE}/alert", "StockcastGone"),
    Mutation(monitoring.dashboards, _GRAFANA, _BOARD, "{"),
    Mutation(monitoring.dashboards, _GRAFANA, _BOARD, _board('"id": 3,', '"id": 2,')),
    Mutation(monitoring.dashboards, _GRAFANA, _BOARD, _without_units()),
    Mutation(monitoring.dashboards, _GRAFANA, _BOARD, _board("${datasource}", "prometheus-1")),
    Mutation(monitoring.dashboards, _GRAFANA, "metadata/labels"),
    Mutation(
        flows.flows, "NetworkPolicy stockcast-workers-from-prometheus",
        "spec/ingress/0/ports/0/port", 7101,
    ),
    Mutation(
        flows.flows, "NetworkPolicy stockcast-workers-from-prometheus",
        "spec/podSelector/matchExpressions/0/values/1",
    ),
    Mutation(
        flows.flows, "NetworkPolicy stockcast-gateway-from-prometheus",
        f"{_FROM}/0/podSelector", GONE,
    ),
    Mutation(
        flows.flows, "NetworkPolicy stockcast-dashboard-from-prometheus", "spec/ingress/0/ports"
    ),
)  # fmt: skip
