"""One thing wrong at a time, and the check that must find it."""

from tests.k8s.checks import (
    flows,
    probes,
    redis_users,
    references,
    resources,
    schemas,
    security,
    settings,
    storage,
    streams,
)
from tests.k8s.job_mutations import JOB_MUTATIONS
from tests.k8s.monitoring_mutations import MONITORING_MUTATIONS
from tests.k8s.mutation import GONE, Mutation, secret

_POD = "spec/template/spec"
_SERVER = f"{_POD}/containers/0"
_INGEST = "Deployment stockcast-ingest"
_FORECAST = "Deployment stockcast-forecast"
_GATEWAY = "Deployment stockcast-gateway"
_DASHBOARD = "Deployment stockcast-dashboard"
_LAB = "Deployment stockcast-lab"
_REDIS = "StatefulSet stockcast-redis"
_SETTINGS = "ConfigMap stockcast-settings"
_SCALED = "ScaledObject stockcast-ingest"
_TRIGGER = "spec/triggers/0/metadata"
_GATEWAY_POLICY = "NetworkPolicy stockcast-gateway"
_ANYBODY = [{"namespaceSelector": {}}]
_ANYWHERE = [{"ipBlock": {"cidr": "0.0.0.0/0"}}]

MUTATIONS = (
    Mutation(schemas.valid, _GATEWAY, "spec/replica", 2),
    Mutation(schemas.valid, _GATEWAY, "spec/selector"),
    Mutation(schemas.valid, _GATEWAY, "apiVersion", "apps/v9"),
    Mutation(schemas.valid, _GATEWAY, "kind", "Deploiment"),
    Mutation(schemas.valid, _GATEWAY, f"{_SERVER}/ports/0/containerPort", "8000"),
    Mutation(schemas.valid, _SCALED, "spec/maxReplicas", 4),
    Mutation(schemas.valid, _SCALED, "spec/triggers"),
    Mutation(schemas.valid, _SCALED, "apiVersion", "keda.sh/v9"),
    Mutation(schemas.each_once, "Service stockcast-ingest", "metadata/name", "stockcast-forecast"),
    Mutation(
        references.selectors, _GATEWAY, "spec/template/metadata/labels",
        {"app.kubernetes.io/component": "gatewy"},
    ),
    Mutation(
        references.selectors, _GATEWAY,
        f"{_POD}/topologySpreadConstraints/0/labelSelector/matchLabels", {"a": "b"},
    ),
    Mutation(references.selectors, "Service stockcast-ingest", "spec/selector", {"a": "b"}),
    Mutation(
        references.selectors, "PodDisruptionBudget stockcast-ingest",
        "spec/selector/matchLabels", {"app.kubernetes.io/name": "stockcast"},
    ),
    Mutation(
        references.budgets, "PodDisruptionBudget stockcast-ingest",
        "spec/selector/matchLabels", {"app.kubernetes.io/component": "forecast"},
    ),
    Mutation(references.service_ports, "Service stockcast-ingest", "spec/ports/0/port", 7102),
    Mutation(
        references.service_ports, "Service stockcast-ingest", "spec/ports/0/targetPort", "http"
    ),
    Mutation(
        references.service_ports, "Ingress stockcast-dashboard",
        "spec/rules/0/http/paths/0/backend/service/name", "stockcast-voila",
    ),
    Mutation(
        references.service_ports, "Ingress stockcast-dashboard",
        "spec/rules/0/http/paths/0/backend/service/port/name", "https",
    ),
    Mutation(references.configurations, _GATEWAY, f"{_POD}/serviceAccountName", "default"),
    Mutation(
        references.configurations, _GATEWAY, f"{_SERVER}/envFrom/0/configMapRef/name", "settings"
    ),
    Mutation(references.configurations, _REDIS, f"{_POD}/volumes/0/configMap/name", "redis"),
    Mutation(references.configurations, _REDIS, "spec/volumeClaimTemplates"),
    Mutation(
        references.configurations, _LAB, f"{_POD}/volumes/1/persistentVolumeClaim/claimName", "x"
    ),
    Mutation(references.secrets, _GATEWAY, f"{_SERVER}/env/+", secret("stockcast-redis", "uri")),
    Mutation(references.secrets, _GATEWAY, f"{_SERVER}/env/+", secret("redis", "gateway-url")),
    Mutation(references.secrets, _SETTINGS, "kind", "Secret"),
    Mutation(references.secrets, "Ingress stockcast-gateway", "spec/tls", [{"secretName": "tls"}]),
    Mutation(
        references.secrets, "TriggerAuthentication stockcast-redis",
        "spec/secretTargetRef/0/key", "pass",
    ),
    Mutation(references.scaled, _SCALED, "spec/minReplicaCount", 0),
    Mutation(references.scaled, _SCALED, "spec/scaleTargetRef/name", "stockcast-worker"),
    Mutation(references.scaled, _SCALED, "spec/triggers/1/authenticationRef/name", "redis"),
    Mutation(references.scaled, _INGEST, "spec/replicas", 2),
    Mutation(references.links, _GATEWAY, f"{_POD}/enableServiceLinks"),
    Mutation(probes.probes, _GATEWAY, f"{_SERVER}/livenessProbe"),
    Mutation(probes.probes, _GATEWAY, f"{_SERVER}/readinessProbe/httpGet/path", "/health"),
    Mutation(probes.probes, _INGEST, f"{_SERVER}/startupProbe/httpGet/port", "http"),
    Mutation(probes.probes, _REDIS, f"{_SERVER}/livenessProbe/tcpSocket/port", "http"),
    Mutation(probes.probes, _INGEST, f"{_SERVER}/readinessProbe/timeoutSeconds", 60),
    Mutation(
        probes.alive_without_others, _INGEST, f"{_SERVER}/livenessProbe/httpGet/path", "/readyz"
    ),
    Mutation(resources.quantities, _INGEST, f"{_SERVER}/resources/limits/memory", "2GB"),
    Mutation(resources.quantities, _INGEST, f"{_SERVER}/resources/requests/memory", "3Gi"),
    Mutation(resources.quantities, _INGEST, f"{_SERVER}/resources/requests/cpu", "2100m"),
    Mutation(resources.quantities, _INGEST, f"{_SERVER}/resources/limits/cpu"),
    Mutation(resources.quantities, _INGEST, f"{_POD}/volumes/0/emptyDir", {}),
    Mutation(
        resources.quantities, _REDIS,
        "spec/volumeClaimTemplates/0/spec/resources/requests/storage", "5 GiB",
    ),
    Mutation(resources.kernels_fit, _SETTINGS, "data/STOCKCAST_KERNEL_MEMORY_MB", "2048"),
    Mutation(resources.kernels_fit, _GATEWAY, f"{_SERVER}/resources/limits/memory", "512Mi"),
    Mutation(resources.grace, _INGEST, f"{_POD}/terminationGracePeriodSeconds", 30),
    Mutation(resources.grace, _SETTINGS, "data/STOCKCAST_RUN_TIMEOUT_SECONDS", "600"),
    Mutation(resources.grace, _SETTINGS, "data/STOCKCAST_GRACE_SECONDS", "300"),
    Mutation(resources.images, _REDIS, f"{_SERVER}/image", "redis:latest"),
    Mutation(resources.images, _REDIS, f"{_SERVER}/image", "redis"),
    Mutation(resources.images, _INGEST, f"{_SERVER}/image", "stockcast-worker:0.0.1"),
    *(
        Mutation(security.confined, _INGEST, f"{_POD}/{path}", value)
        for path, value in (
            ("securityContext/runAsNonRoot", False),
            ("securityContext/runAsUser", 0),
            ("securityContext/runAsGroup", GONE),
            ("securityContext/seccompProfile", GONE),
            ("automountServiceAccountToken", GONE),
            ("hostNetwork", True),
            ("volumes/+", {"name": "node", "hostPath": {"path": "/"}}),
            ("containers/0/securityContext", GONE),
            ("containers/0/securityContext/allowPrivilegeEscalation", True),
            ("containers/0/securityContext/readOnlyRootFilesystem", False),
            ("containers/0/securityContext/capabilities/add", ["NET_ADMIN"]),
            ("containers/0/securityContext/privileged", True),
            ("containers/0/securityContext/runAsUser", 0),
        )
    ),
    Mutation(security.confined, "ServiceAccount stockcast", "automountServiceAccountToken", True),
    Mutation(security.namespace, _INGEST, "metadata/namespace", "default"),
    Mutation(security.namespace, "Namespace stockcast", "metadata/labels"),
    Mutation(settings.names, _SETTINGS, "data/STOCKCAST_GRACE_PERIOD", "5"),
    Mutation(settings.names, _GATEWAY, f"{_SERVER}/env/0/name", "STOCKCAST_REDIS"),
    Mutation(settings.model_secrets, _GATEWAY, f"{_SERVER}/env/6"),
    Mutation(settings.model_secrets, _FORECAST, f"{_SERVER}/env/5"),
    Mutation(
        settings.model_secrets, _FORECAST,
        f"{_SERVER}/env/4/valueFrom/secretKeyRef/name", "stockcast-s3",
    ),
    Mutation(
        settings.model_secrets, _INGEST, f"{_SERVER}/env/+",
        {**secret("stockcast-tokens", "holders"), "name": "STOCKCAST_TOKENS"},
    ),
    Mutation(settings.values, _SETTINGS, "data/STOCKCAST_VENDORS", "tingo"),
    Mutation(settings.values, _SETTINGS, "data/STOCKCAST_GRACE_SECONDS", "5s"),
    Mutation(settings.addresses, _SETTINGS, "data/STOCKCAST_INGEST_ADDRESS", "ingest:7101"),
    Mutation(settings.addresses, _SETTINGS, "data/STOCKCAST_S3_ENDPOINT_URL", "http://s3:9000"),
    Mutation(
        settings.addresses, _SETTINGS,
        "data/STOCKCAST_READ_S3_ENDPOINT_URL", "http://stockcast-s3:9002",
    ),
    Mutation(settings.addresses, _SCALED, f"{_TRIGGER}/address", "redis.stockcast:6379"),
    Mutation(settings.listening, _SETTINGS, "data/STOCKCAST_GATEWAY_PORT", "8080"),
    Mutation(settings.listening, _INGEST, f"{_SERVER}/ports/1/containerPort", 8082),
    Mutation(settings.command_lines, _DASHBOARD, f"{_SERVER}/args/5", "8867"),
    Mutation(settings.command_lines, _DASHBOARD, f"{_SERVER}/args/3", "127.0.0.1"),
    Mutation(redis_users.users, "ConfigMap stockcast-redis", "data/users.acl"),
    Mutation(
        redis_users.users, "ConfigMap stockcast-redis", "data/users.acl",
        "user gateway on ~* +@all",
    ),
    Mutation(
        redis_users.passwords, _FORECAST, f"{_SERVER}/env/3/valueFrom/secretKeyRef/key", "password"
    ),
    Mutation(
        redis_users.passwords, _FORECAST,
        f"{_SERVER}/env/3/valueFrom/secretKeyRef/key", "ingest-url",
    ),
    Mutation(
        redis_users.passwords, _GATEWAY, f"{_SERVER}/env/+",
        secret("stockcast-redis", "lab-password"),
    ),
    Mutation(redis_users.passwords, _REDIS, f"{_SERVER}/env/1"),
    Mutation(
        redis_users.passwords, "TriggerAuthentication stockcast-redis",
        "spec/secretTargetRef/1/key", "password",
    ),
    *JOB_MUTATIONS,
    *MONITORING_MUTATIONS,
    Mutation(streams.streams, _SCALED, f"{_TRIGGER}/stream", "stockcast:stream:ingest"),
    Mutation(streams.streams, _SCALED, f"{_TRIGGER}/consumerGroup", "worker"),
    Mutation(streams.streams, _SCALED, f"{_TRIGGER}/lagCount"),
    Mutation(streams.streams, _SCALED, "spec/triggers/1"),
    Mutation(storage.durable, "ConfigMap stockcast-redis", "data/redis.conf", "appendonly yes"),
    Mutation(
        storage.refuses_in_time, "ConfigMap stockcast-redis", "data/redis.conf", "maxmemory 1900mb"
    ),
    Mutation(storage.refuses_in_time, "ConfigMap stockcast-redis", "data/redis.conf", "dir /data"),
    Mutation(
        storage.refuses_in_time, _REDIS, f"{_SERVER}/resources/limits/memory", "1500Mi"
    ),
    Mutation(
        flows.default_deny, "NetworkPolicy stockcast-default-deny", "spec/policyTypes", ["Ingress"]
    ),
    Mutation(flows.flows, "NetworkPolicy stockcast-default-deny", "spec/policyTypes", ["Egress"]),
    Mutation(flows.flows, "NetworkPolicy stockcast-default-deny", "spec/ingress", [{}]),
    Mutation(flows.flows, "NetworkPolicy stockcast-to-dns", "spec/egress/0/ports/1"),
    Mutation(flows.flows, "NetworkPolicy stockcast-to-dns", "spec/egress/0/to/0/podSelector"),
    Mutation(flows.flows, _GATEWAY_POLICY, "spec/ingress/0/from", _ANYBODY),
    Mutation(flows.flows, _GATEWAY_POLICY, "spec/ingress/0/ports"),
    Mutation(flows.flows, _GATEWAY_POLICY, "spec/egress/0"),
    Mutation(flows.flows, _GATEWAY_POLICY, "spec/egress/+", {"to": _ANYWHERE}),
    Mutation(flows.flows, "NetworkPolicy stockcast-forecast", "spec/ingress/0/from/0"),
    Mutation(flows.flows, "NetworkPolicy stockcast-to-vendors", "spec/podSelector", {}),
    Mutation(flows.flows, "NetworkPolicy stockcast-to-vendors", "spec/egress/0/to", _ANYWHERE),
    Mutation(
        flows.flows, "NetworkPolicy stockcast-to-redis",
        "spec/podSelector/matchExpressions/0/values/+", "s3",
    ),
    Mutation(flows.flows, "NetworkPolicy stockcast-s3", "spec/ingress/1/from/0"),
    Mutation(
        flows.flows, "NetworkPolicy stockcast-to-s3-reading",
        "spec/podSelector/matchExpressions/0/values/+", "dashboard",
    ),
    Mutation(flows.flows, "NetworkPolicy stockcast-redis", "spec/ingress/0/ports/0/port", 6380),
    Mutation(flows.flows, "NetworkPolicy stockcast-redis-from-keda", "spec/ingress/0/from/0"),
)  # fmt: skip
