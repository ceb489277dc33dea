"""What every check reads: rendered manifests, their pods and containers."""

from dataclasses import dataclass

COMPONENT = "app.kubernetes.io/component"
NAMESPACE = "stockcast"
SERVER_KINDS = ("Deployment", "StatefulSet")
JOB_KINDS = ("CronJob",)
POD_KINDS = SERVER_KINDS + JOB_KINDS


@dataclass(frozen=True)
class Manifests:
    """All that an overlay renders to."""

    all: list[dict]

    def of(self, *kinds):
        return [each for each in self.all if each["kind"] in kinds]

    def find(self, kind, name):
        return next(each for each in self.of(kind) if each["metadata"]["name"] == name)

    def names(self, kind):
        return {each["metadata"]["name"] for each in self.of(kind)}

    def workloads(self):
        return self.of(*POD_KINDS)

    def servers(self):
        """The workloads that are asked for something: they have ports, and are never done."""
        return self.of(*SERVER_KINDS)

    def jobs(self):
        """The workloads that ask and end: nobody connects to them."""
        return self.of(*JOB_KINDS)

    def containers(self, *kinds):
        """Each with the name of its component; those of some kinds of workload alone, if named."""
        for workload in self.of(*(kinds or POD_KINDS)):
            for container in pod(workload).get("initContainers", []) + pod(workload)["containers"]:
                yield component(workload), container

    def settings(self):
        return self.find("ConfigMap", "stockcast-settings")["data"]


def title(manifest):
    return f"{manifest['kind']} {manifest['metadata']['name']}"


def pod(workload):
    return _template(workload)["spec"]


def pod_labels(workload):
    return _template(workload)["metadata"]["labels"]


def component(workload):
    return pod_labels(workload)[COMPONENT]


def _template(workload):
    spec = workload["spec"]
    return (spec["jobTemplate"]["spec"] if workload["kind"] in JOB_KINDS else spec)["template"]


def is_own(container):
    """Whether an image of the project's own runs in it."""
    return container["image"].rpartition("/")[2].startswith("stockcast-")


def ports(container):
    """By name."""
    return {port["name"]: port["containerPort"] for port in container.get("ports", [])}
