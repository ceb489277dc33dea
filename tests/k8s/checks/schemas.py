"""Valid against the schemas of Kubernetes; the operators' kinds, which these lack, by structure."""

import json
from functools import cache

import kubernetes_validate

from tests.k8s.checks.manifests import title

VERSION = "1.37"
# Of each kind that has no schema there: the fields of its spec, and which of them it must have.
OTHER_KINDS = {
    ("keda.sh/v1alpha1", "ScaledObject"): (
        {"scaleTargetRef", "minReplicaCount", "maxReplicaCount", "cooldownPeriod", "triggers"},
        {"scaleTargetRef", "minReplicaCount", "maxReplicaCount", "triggers"},
    ),
    ("keda.sh/v1alpha1", "TriggerAuthentication"): ({"secretTargetRef"}, {"secretTargetRef"}),
    ("monitoring.coreos.com/v1", "PodMonitor"): (
        {"jobLabel", "podTargetLabels", "selector", "podMetricsEndpoints"},
        {"jobLabel", "selector", "podMetricsEndpoints"},
    ),
    ("monitoring.coreos.com/v1", "PrometheusRule"): ({"groups"}, {"groups"}),
}


def valid(manifests):
    """A kind or version that is unknown is a fault, too."""
    return [fault for each in manifests.all for fault in _faults(json.dumps(each))]


# Each validation reads all schemas anew, and most manifests are seen many times.
@cache
def _faults(text):
    manifest = json.loads(text)
    kind = (manifest["apiVersion"], manifest["kind"])
    if kind in OTHER_KINDS:
        return _structure(manifest, *OTHER_KINDS[kind])
    try:
        kubernetes_validate.validate(manifest, VERSION, strict=True)
    except kubernetes_validate.ValidationError as error:
        place = ".".join(map(str, error.path))
        return [f"{title(manifest)}: {place}: {error.message}"]
    except kubernetes_validate.SchemaNotFoundError as error:
        return [f"{title(manifest)}: {error.message}"]
    return []


def _structure(manifest, known, needed):
    fields = set(manifest["spec"])
    unknown = [f"{title(manifest)}: no such field: {name}" for name in sorted(fields - known)]
    return unknown + [f"{title(manifest)}: {name} is missing" for name in sorted(needed - fields)]


def each_once(manifests):
    """No object is there twice."""
    titles = [title(each) for each in manifests.all]
    return [f"{name} is there twice" for name in sorted(set(titles)) if titles.count(name) > 1]
