"""One pod as its manifest describes it, as a container."""

import json
import os
import re
import subprocess
import time

from tests.k8s.checks.manifests import component, pod, ports
from tests.k8s.checks.resources import quantity
from tests.pods.podman import ENVIRONMENT, podman

_FOLDER_MODE = 0o2777  # of an emptyDir, with the pod's group


class Pod:
    """A container with all that the manifest says of it; made, and not yet started.

    Args:
        place: the cluster that it is in.
        workload: its Deployment or StatefulSet.
        name: its own, and its host's.
        image: another one than the manifest's.
    """

    def __init__(self, place, workload, name, image=None):
        self.workload, self.name = workload, name
        self.component = component(workload)
        self.spec = pod(workload)
        (self.container,) = self.spec["containers"]
        self.image = image or self.container["image"]
        self.grace = self.spec["terminationGracePeriodSeconds"]
        self._place = place
        self.folders = {}
        variables = self._variables()
        command = [*self._options(variables), self.image, *self._arguments(variables)]
        try:
            self.id = podman("create", *command, **variables)
        except BaseException:
            self.remove()  # it may be there all the same
            raise
        self.address = None
        self.pid = None
        self.started_at = None

    def start(self):
        """Start its container, again too; what is in its volumes stays."""
        podman("start", self.id)
        self.started_at = time.monotonic()
        state = json.loads(podman("container", "inspect", self.id))[0]
        self.pid = state["State"]["Pid"]
        self.address = state["NetworkSettings"]["Networks"][self._place.network]["IPAddress"]

    def runs(self):
        """Whether its first process is there."""
        return self.pid is not None and os.path.exists(f"/proc/{self.pid}")  # noqa: PTH110

    def kill(self):
        """SIGKILL to all that runs in it."""
        podman("kill", "--signal=KILL", self.id)

    def end(self):
        """What the kubelet does: the hook, SIGTERM, and SIGKILL after what is left of the grace.

        Returns:
            the exit status, and the seconds that it took.
        """
        began = time.monotonic()
        hook = self.container.get("lifecycle", {}).get("preStop", {}).get("sleep", {})
        time.sleep(hook.get("seconds", 0))
        left = max(1, int(self.grace - (time.monotonic() - began)))
        podman("stop", f"--time={left}", self.id, seconds=left + 30)
        took = time.monotonic() - began
        return json.loads(podman("container", "inspect", self.id))[0]["State"]["ExitCode"], took

    def remove(self):
        """Take it away, running or not."""
        podman("rm", "--force", "--ignore", "--time=0", "--volumes", self.name)

    def pause(self):
        """Freeze all that runs in it."""
        podman("pause", self.id)

    def unpause(self):
        """Go on where it was."""
        podman("unpause", self.id)

    def cut(self, port):
        """Have nothing pass from it to a port of others; gives what mends it."""
        rule, pid = ["OUTPUT", "-p", "tcp", "--dport", str(port), "-j", "DROP"], self.pid
        self._iptables("-A", *rule)

        def mend():
            """What was dropped meanwhile, in packets."""
            if self.pid != pid or not self.runs():
                return 0  # with its network namespace the rule has gone
            counted = self._iptables("-L", "OUTPUT", "-v", "-x", "-n").splitlines()[-1].split()[0]
            self._iptables("-D", *rule)
            return int(counted)

        return mend

    def logs(self):
        """The last of what it said."""
        done = subprocess.run(
            ["podman", "logs", "--tail=40", self.id], env={**os.environ, **ENVIRONMENT}, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=30, check=False,
        )  # fmt: skip
        return done.stdout

    def processor_seconds(self):
        """What all of its processes have used."""
        used = podman("stats", "--no-stream", "--format={{.CPUNano}}", self.id)
        return int(used) / 1e9

    def port(self, named):
        """The number of a port that has a name."""
        return ports(self.container).get(named, named)

    def _iptables(self, *arguments):
        return subprocess.run(
            ["nsenter", "-t", str(self.pid), "-n", "iptables", "-w", "5", *arguments],
            check=True, capture_output=True, text=True, timeout=20,
        ).stdout  # fmt: skip

    def _variables(self):
        """The environment, with secrets and settings in their places."""
        found = {}
        for source in self.container.get("envFrom", []):
            found |= self._place.manifests.find("ConfigMap", source["configMapRef"]["name"])["data"]
        for each in self.container.get("env", []):
            if "value" in each:
                found[each["name"]] = re.sub(r"\$\((\w+)\)", lambda n: found[n[1]], each["value"])
                continue
            reference = each["valueFrom"]["secretKeyRef"]
            secret = self._place.secrets.get(reference["name"], {}).get(reference["key"])
            if secret is not None:
                found[each["name"]] = secret
            elif not reference.get("optional"):
                raise LookupError(f"{self.name}: no Secret {reference['name']}")
        return found

    def _arguments(self, variables):
        arguments = [*self.container.get("command", [])[1:], *self.container.get("args", [])]
        return [re.sub(r"\$\((\w+)\)", lambda n: variables[n[1]], each) for each in arguments]

    def _options(self, variables):
        context, own = self.spec["securityContext"], self.container["securityContext"]
        limits = self.container["resources"]["limits"]
        memory = int(quantity(limits["memory"]))
        options = [
            "--pull=never", f"--name={self.name}", f"--hostname={self.name}",
            f"--network={self._place.network}",
            f"--user={context['runAsUser']}:{context['runAsGroup']}",
            f"--group-add={context['fsGroup']}",
            *[f"--cap-drop={each}" for each in own["capabilities"]["drop"]],
            f"--memory={memory}", f"--memory-swap={memory}", f"--cpus={quantity(limits['cpu'])}",
            *[f"--env={name}" for name in variables],
            *self._place.names_for(self.workload),
        ]  # fmt: skip
        if own["readOnlyRootFilesystem"]:
            # Nothing but what is named: podman itself would make /tmp and /run writable.
            options += ["--read-only", "--read-only-tmpfs=false"]
        if not own["allowPrivilegeEscalation"]:
            options.append("--security-opt=no-new-privileges")
        if "command" in self.container:
            options.append(f"--entrypoint={json.dumps(self.container['command'][:1])}")
        for mount in self.container["volumeMounts"]:
            options.append(f"--volume={self._volume(mount['name'])}:{mount['mountPath']}")
        return options

    def _volume(self, name):
        """A volume's folder on this machine, with what must be in it."""
        claims = [
            each["metadata"]["name"]
            for each in self.workload["spec"].get("volumeClaimTemplates", [])
        ]
        owner = self.workload["metadata"]["name"] if name in claims else self.name
        folder = self._place.folder / owner / name
        folder.mkdir(parents=True, exist_ok=True)
        os.chown(folder, -1, self.spec["securityContext"]["fsGroup"])
        folder.chmod(_FOLDER_MODE)
        volume = {each["name"]: each for each in self.spec.get("volumes", [])}.get(name, {})
        if "emptyDir" in volume:
            self.folders[folder] = quantity(volume["emptyDir"]["sizeLimit"])
        if "configMap" in volume:
            data = self._place.manifests.find("ConfigMap", volume["configMap"]["name"])["data"]
            for file, text in data.items():
                (folder / file).write_text(text)
        return folder
