"""Every pod does with as little as it can."""

from tests.k8s.checks.manifests import pod, title

# Of a container, and what each must be.
CONTAINER = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "capabilities": {"drop": ["ALL"]},
}
FORBIDDEN_IN_POD = ("hostNetwork", "hostPID", "hostIPC")
WRITABLE = ("emptyDir", "persistentVolumeClaim", "configMap")


def confined(manifests):
    """Not root, nothing to gain, no way to the cluster's API or to the node."""
    faults = []
    for each in manifests.workloads():
        faults += [f"{title(each)}: {fault}" for fault in _pod_faults(pod(each))]
        for container in pod(each)["containers"]:
            context = container.get("securityContext", {})
            faults += [
                f"{title(each)}: {name} is {context.get(name)}"
                for name, wanted in CONTAINER.items()
                if context.get(name) != wanted
            ]
            # What a container says goes before what its pod says.
            faults += [f"{title(each)}: {name}" for name in sorted(context.keys() - CONTAINER)]
    for account in manifests.of("ServiceAccount"):
        if account.get("automountServiceAccountToken") is not False:
            faults.append(f"{title(account)} has a token")
    return faults


def _pod_faults(spec):
    context = spec.get("securityContext", {})
    if context.get("runAsNonRoot") is not True:
        yield "may run as root"
    if not context.get("runAsUser") or not context.get("runAsGroup"):
        yield "has no user or group of its own"
    if context.get("seccompProfile") != {"type": "RuntimeDefault"}:
        yield "has no seccomp profile"
    if spec.get("automountServiceAccountToken") is not False:
        yield "has a token"
    yield from (name for name in FORBIDDEN_IN_POD if spec.get(name))
    for volume in spec.get("volumes", []):
        if not any(kind in volume for kind in WRITABLE):
            yield f"volume {volume['name']} is of no kind that is allowed"


def namespace(manifests):
    """All is in one namespace, which refuses any pod that is not confined."""
    faults = [
        f"{title(each)} is in {each['metadata'].get('namespace')}"
        for each in manifests.all
        if each["kind"] != "Namespace" and each["metadata"].get("namespace") != "stockcast"
    ]
    for each in manifests.of("Namespace"):
        level = each["metadata"].get("labels", {}).get("pod-security.kubernetes.io/enforce")
        if level != "restricted":
            faults.append(f"{title(each)} allows what is not restricted")
    return faults
