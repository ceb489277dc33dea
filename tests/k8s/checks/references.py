"""Whatever one manifest says of another is there: pods, ports, accounts, settings, secrets."""

from pathlib import Path

import yaml

from tests.k8s.checks.manifests import is_own, pod, pod_labels, ports, title

SECRETS = Path(__file__).resolve().parents[3] / "k8s/base/expected-secrets.yaml"


def selectors(manifests):
    """Each workload, Service and budget selects exactly the pods of one workload."""
    faults = []
    for each in manifests.servers():  # a Job's selector is the cluster's own
        for place, labels in _own_selectors(each):
            if not _covers(labels, pod_labels(each)):
                faults.append(f"{title(each)}: {place} does not fit its pods")
    for each in manifests.of("Service", "PodDisruptionBudget"):
        selector = each["spec"]["selector"]
        found = _selected(manifests, selector.get("matchLabels", selector))
        if len(found) != 1:
            faults.append(f"{title(each)} selects {len(found)} workloads")
    return faults


def budgets(manifests):
    """Each server's pods have a PodDisruptionBudget; a job's are few, and begun anew."""
    covered = [
        title(workload)
        for budget in manifests.of("PodDisruptionBudget")
        for workload in _selected(manifests, budget["spec"]["selector"]["matchLabels"])
    ]
    return [f"{title(w)}: no budget" for w in manifests.servers() if title(w) not in covered]


def service_ports(manifests):
    """Services lead to ports that containers have, ingresses to ports that Services have."""
    faults = []
    for service in manifests.of("Service"):
        for workload in _selected(manifests, service["spec"]["selector"]):
            open_ports = {k: v for c in pod(workload)["containers"] for k, v in ports(c).items()}
            faults += [
                f"{title(service)}: no port {port['targetPort']} behind it"
                for port in service["spec"]["ports"]
                if open_ports.get(port["targetPort"]) != port["port"]
            ]
    for ingress, backend in _backends(manifests):
        known = [p["name"] for p in _service_ports(manifests, backend["name"])]
        if backend["port"]["name"] not in known:
            faults.append(f"{title(ingress)}: no such Service or port: {backend['name']}")
    return faults


def configurations(manifests):
    """ConfigMaps, volumes, claims and accounts that pods name are there."""
    faults = []
    for each in manifests.workloads():
        spec = pod(each)
        claims = {c["metadata"]["name"] for c in each["spec"].get("volumeClaimTemplates", [])}
        volumes = claims | {volume["name"] for volume in spec.get("volumes", [])}
        named = [("ServiceAccount", spec.get("serviceAccountName"))]
        for volume in spec.get("volumes", []):
            if "configMap" in volume:
                named.append(("ConfigMap", volume["configMap"]["name"]))
            if "persistentVolumeClaim" in volume:
                claim = volume["persistentVolumeClaim"]["claimName"]
                named.append(("PersistentVolumeClaim", claim))
        for container in spec["containers"]:
            sources = container.get("envFrom", [])
            named += [("ConfigMap", source["configMapRef"]["name"]) for source in sources]
            mounts = {mount["name"] for mount in container["volumeMounts"]}
            faults += [f"{title(each)}: no volume {name}" for name in sorted(mounts - volumes)]
        faults += [f"{title(each)}: no {k} {n}" for k, n in named if n not in manifests.names(k)]
    return faults


def secrets(manifests):
    """No Secret is contained, and each key that is named is one of the expected."""
    expected = yaml.safe_load(SECRETS.read_text())
    faults = [f"{title(each)} is contained" for each in manifests.of("Secret")]
    for owner, name, key in _secret_keys(manifests):
        if key not in expected.get(name, {}):
            faults.append(f"{owner}: no key {key} is expected in a Secret {name}")
    return faults


def scaled(manifests):
    """What KEDA scales is there, says no number of replicas itself, and is never scaled to none."""
    faults = []
    for each in manifests.of("ScaledObject"):
        target = each["spec"]["scaleTargetRef"]["name"]
        if target not in manifests.names("Deployment"):
            faults.append(f"{title(each)}: no Deployment {target}")
        elif "replicas" in manifests.find("Deployment", target)["spec"]:
            faults.append(f"{title(each)}: {target} says its replicas itself")
        if not 1 <= each["spec"]["minReplicaCount"] <= each["spec"]["maxReplicaCount"]:
            faults.append(f"{title(each)}: none would be left")
        for trigger in each["spec"]["triggers"]:
            named = trigger["authenticationRef"]["name"]
            if named not in manifests.names("TriggerAuthentication"):
                faults.append(f"{title(each)}: no TriggerAuthentication {named}")
    return faults


def links(manifests):
    """No pod has a Service's name in its environment: STOCKCAST_GATEWAY_PORT is a setting."""
    own = [w for w in manifests.workloads() if any(map(is_own, pod(w)["containers"]))]
    return [
        f"{title(w)}: enableServiceLinks" for w in own if pod(w).get("enableServiceLinks", True)
    ]


def _own_selectors(workload):
    yield "its selector", workload["spec"]["selector"]["matchLabels"]
    for spread in pod(workload).get("topologySpreadConstraints", []):
        yield "its spread", spread["labelSelector"]["matchLabels"]


def _covers(selector, labels):
    return bool(selector) and selector.items() <= labels.items()


def _selected(manifests, selector):
    return [each for each in manifests.workloads() if _covers(selector, pod_labels(each))]


def _service_ports(manifests, name):
    services = [s for s in manifests.of("Service") if s["metadata"]["name"] == name]
    return [port for service in services for port in service["spec"]["ports"]]


def _backends(manifests):
    for ingress in manifests.of("Ingress"):
        for rule in ingress["spec"]["rules"]:
            for path in rule["http"]["paths"]:
                yield ingress, path["backend"]["service"]


def _secret_keys(manifests):
    for owner, container in manifests.containers():
        for variable in container.get("env", []):
            reference = variable.get("valueFrom", {}).get("secretKeyRef")
            if reference:
                yield owner, reference["name"], reference["key"]
    for each in manifests.of("Ingress"):
        for certificate in each["spec"].get("tls", []):
            for key in ("tls.crt", "tls.key"):
                yield title(each), certificate["secretName"], key
    for each in manifests.of("TriggerAuthentication"):
        for reference in each["spec"]["secretTargetRef"]:
            yield title(each), reference["name"], reference["key"]
