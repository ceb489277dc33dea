"""What network policies allow is what the design has flow, and nothing else."""

import ipaddress
from dataclasses import dataclass, field

from tests.k8s.checks.manifests import COMPONENT, NAMESPACE, pod_labels, ports

USERS = ("gateway", "dashboard", "lab", "ingest", "forecast")
S3_USERS = (*USERS, "scoring")
# From, to, port. A row counts where both its ends are: a store is in the cluster, or outside.
FLOWS = {
    ("ingress-nginx", "gateway", 8000),
    ("ingress-nginx", "dashboard", 8866),
    ("gateway", "ingest", 7101),
    ("dashboard", "ingest", 7101),
    ("lab", "ingest", 7101),
    ("ingest", "forecast", 7102),
    ("gateway", "forecast", 7102),  # its /readyz, which looks whether the worker is there
    ("ingest", "internet", 443),  # the vendors
    ("watchlist", "gateway", 8000),
    *((user, "redis", 6379) for user in USERS),
    *((user, "s3", 9000) for user in S3_USERS),
    *((user, "s3", 9001) for user in ("gateway", "forecast")),  # what published notebooks read
}
KEDA_FLOW = ("keda", "redis", 6379)
# At the ports that tell figures.
PROMETHEUS_FLOWS = {
    ("prometheus", "gateway", 8000),
    ("prometheus", "dashboard", 8866),
    ("prometheus", "ingest", 8081),
    ("prometheus", "forecast", 8081),
}
# Spans, to the collector.
COLLECTOR = "OTEL_EXPORTER_OTLP_ENDPOINT"
TRACE_FLOWS = {(server, "collector", 4318) for server in ("gateway", "ingest", "forecast")}
MANAGED = {
    *((user, "private network", 6379) for user in USERS),
    *((user, "internet", 443) for user in S3_USERS),
}
DNS_PORTS = {("TCP", 53), ("UDP", 53)}
# Ports that nothing may be reached at, beside those that containers open.
OTHER_PORTS = {("TCP", 22), ("TCP", 80), ("TCP", 443), ("UDP", 443), ("TCP", 4318), ("TCP", 10250)}


@dataclass(frozen=True)
class End:
    """A pod, or an address outside the cluster."""

    name: str
    namespace: str | None = None
    labels: dict = field(default_factory=dict, hash=False)
    address: str | None = None


OUTSIDE = (
    End("ingress-nginx", "ingress-nginx"),
    End("keda", "keda"),
    End("prometheus", "monitoring", {"app.kubernetes.io/name": "prometheus"}),
    End("another of monitoring", "monitoring"),
    End("collector", "tracing", {"app.kubernetes.io/name": "opentelemetry-collector"}),
    End("another of tracing", "tracing"),
    End("dns", "kube-system", {"k8s-app": "kube-dns"}),
    End("another of kube-system", "kube-system"),
    End("another namespace", "default", {COMPONENT: "gateway"}),
    End("internet", address="203.0.113.7"),
    End("private network", address="10.20.30.40"),
    End("another private network", address="192.168.1.1"),
    End("the cloud's metadata", address="169.254.169.254"),
)
STRAY = End("stray", NAMESPACE)  # a pod of the namespace that no manifest knows


def default_deny(manifests):
    """A pod that no other policy knows neither sends nor receives."""
    nothing = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    denies = any(policy["spec"] == nothing for policy in manifests.of("NetworkPolicy"))
    return [] if denies else ["no NetworkPolicy denies everything"]


def flows(manifests):
    """Both ends of each flow allow it, and neither end allows another."""
    own = [End(pod_labels(w)[COMPONENT], NAMESPACE, pod_labels(w)) for w in manifests.workloads()]
    own.append(STRAY)
    ends = (*own, *OUTSIDE)
    wanted = _wanted(manifests, own, ends)
    faults = []
    for direction, mine in (("Egress", 0), ("Ingress", 1)):
        allowed = {
            (source.name, target.name, *port)
            for source in ends
            for target in ends
            if (source, target)[mine] in own
            for port in _ports(manifests)
            if _allows(manifests.of("NetworkPolicy"), direction, source, target, port)
        }
        ours = {row for row in wanted if row[mine] in {end.name for end in own}}
        faults += [f"{direction}: {_text(row)} is not allowed" for row in ours - allowed]
        faults += [f"{direction}: {_text(row)} is allowed" for row in allowed - ours]
    return sorted(faults)


def _wanted(manifests, own, ends):
    names = {end.name for end in ends}
    # Stores that are not in the cluster are outside.
    rows = FLOWS if "redis" in names else FLOWS | MANAGED
    rows = rows | ({KEDA_FLOW} if manifests.of("ScaledObject") else set())
    rows = rows | (PROMETHEUS_FLOWS if manifests.of("PodMonitor") else set())
    rows = rows | (TRACE_FLOWS if COLLECTOR in manifests.settings() else set())
    present = {(a, b, "TCP", port) for a, b, port in rows if {a, b} <= names}
    return present | {(end.name, "dns", *port) for end in own for port in DNS_PORTS}


def _ports(manifests):
    opened = {("TCP", port) for _, c in manifests.containers() for port in ports(c).values()}
    return opened | OTHER_PORTS | DNS_PORTS | {("TCP", 6379)}


def _allows(policies, direction, source, target, port):
    mine, other = (source, target) if direction == "Egress" else (target, source)
    specs = [
        policy["spec"]
        for policy in policies
        if policy["metadata"]["namespace"] == mine.namespace
        and direction in policy["spec"]["policyTypes"]
        and selects(policy["spec"]["podSelector"], mine.labels)
    ]
    rules = [rule for spec in specs for rule in spec.get(direction.lower(), [])]
    return not specs or any(_matches(rule, direction, other, port) for rule in rules)


def _matches(rule, direction, other, port):
    peers = rule.get("to" if direction == "Egress" else "from")
    ports = rule.get("ports")
    known = ports is None or port in {(p.get("protocol", "TCP"), p.get("port")) for p in ports}
    return known and (peers is None or any(_is(peer, other) for peer in peers))


def _is(peer, end):
    if "ipBlock" in peer:
        return end.address is not None and _in_block(peer["ipBlock"], end.address)
    if end.address is not None:
        return False
    if "namespaceSelector" in peer:
        namespace = {"kubernetes.io/metadata.name": end.namespace}
        if not selects(peer["namespaceSelector"], namespace):
            return False
    elif end.namespace != NAMESPACE:
        return False
    return selects(peer.get("podSelector", {}), end.labels)


def _in_block(block, address):
    inside = [block["cidr"], *block.get("except", [])]
    where = [ipaddress.ip_address(address) in ipaddress.ip_network(each) for each in inside]
    return where[0] and not any(where[1:])


def selects(selector, labels):
    for expression in selector.get("matchExpressions", []):
        if expression["operator"] != "In":
            raise ValueError(
                f"{expression['operator']} is an operator that this check cannot judge"
            )
        if labels.get(expression["key"]) not in expression["values"]:
            return False
    return selector.get("matchLabels", {}).items() <= labels.items()


def _text(row):
    source, target, protocol, port = row
    return f"{source} to {target}, {protocol} {port}"
