"""What pods may use and how long they may take; which images they run."""

import re
import tomllib
from decimal import Decimal
from pathlib import Path

from stockcast_lib.settings import WorkerSettings
from tests.k8s.checks.manifests import component, is_own, pod, title

PYPROJECT = Path(__file__).resolve().parents[3] / "pyproject.toml"
_QUANTITY = re.compile(r"(\d+(?:\.\d+)?)(m|k|M|G|T|Ki|Mi|Gi|Ti)?")
_FACTORS = {
    None: Decimal(1), "m": Decimal("0.001"),
    "k": Decimal(10**3), "M": Decimal(10**6), "G": Decimal(10**9), "T": Decimal(10**12),
    "Ki": Decimal(2**10), "Mi": Decimal(2**20), "Gi": Decimal(2**30), "Ti": Decimal(2**40),
}  # fmt: skip
# Beside a kernel at its limit: the worker itself, its fork server and the kernel that waits.
BESIDE_A_KERNEL = 768 * 2**20
WORKERS = ("ingest", "forecast")
# The gateway tries notebooks before they are published.
RUN_NOTEBOOKS = (*WORKERS, "gateway")


def quantity(text):
    """A quantity's number; None if it is none."""
    found = _QUANTITY.fullmatch(text)
    return Decimal(found[1]) * _FACTORS[found[2]] if found else None


def quantities(manifests):
    """Each container requests and limits both, by quantities, and requests no more than it may."""
    faults = []
    for owner, container in manifests.containers():
        for name in ("cpu", "memory"):
            texts = [
                container["resources"].get(k, {}).get(name, "") for k in ("requests", "limits")
            ]
            request, limit = map(quantity, texts)
            if request is None or limit is None:
                faults.append(f"{owner}: {name}: no quantity: {' or '.join(texts)}")
            elif request > limit:
                faults.append(f"{owner}: {name}: {texts[0]} is more than {texts[1]}")
    return faults + [
        f"{title(each)}: no quantity: {text}"
        for each, text in _sizes(manifests)
        if quantity(text) is None
    ]


def kernels_fit(manifests):
    """A kernel at its limit is stopped by its worker, and not with it by the system."""
    kernel = int(manifests.settings()["STOCKCAST_KERNEL_MEMORY_MB"]) * 2**20
    return [
        f"{owner}: a kernel of {kernel} bytes does not fit"
        for owner, container in manifests.containers()
        if owner in RUN_NOTEBOOKS
        and quantity(container["resources"]["limits"]["memory"]) < kernel + BESIDE_A_KERNEL
    ]


def grace(manifests):
    """A worker's pod has time for the longest run, and for handing a job back.

    A nightly job hands nothing back: what it was about is asked for anew.
    """
    settings = manifests.settings()
    run, own = (
        float(settings.get(f"STOCKCAST_{name.upper()}", WorkerSettings.model_fields[name].default))
        for name in ("run_timeout_seconds", "grace_seconds")
    )
    faults = []
    for each in manifests.servers():
        hooks = [c.get("lifecycle", {}).get("preStop", {}) for c in pod(each)["containers"]]
        needed = max(hook.get("sleep", {}).get("seconds", 0) for hook in hooks)
        needed += run + own if component(each) in WORKERS else 0
        if pod(each)["terminationGracePeriodSeconds"] < needed:
            faults.append(f"{title(each)}: ends before {needed:g} seconds")
    return faults


def images(manifests):
    """Each image has a tag that stays, the project's own the version of the package."""
    version = tomllib.loads(PYPROJECT.read_text())["project"]["version"]
    faults = []
    for owner, container in manifests.containers():
        tag = container["image"].rpartition("/")[2].partition(":")[2]
        if not re.search(r"\d+\.\d+\.\d+", tag):
            faults.append(f"{owner}: {container['image']} is not pinned")
        elif is_own(container) and tag != version:
            faults.append(f"{owner}: {container['image']} is not of version {version}")
    return faults


def _sizes(manifests):
    for each in manifests.workloads():
        for volume in pod(each).get("volumes", []):
            if "emptyDir" in volume:
                yield each, volume["emptyDir"].get("sizeLimit", "")
    claims = [
        (w, c) for w in manifests.workloads() for c in w["spec"].get("volumeClaimTemplates", [])
    ]
    for each, claim in claims + [(c, c) for c in manifests.of("PersistentVolumeClaim")]:
        yield each, claim["spec"]["resources"]["requests"]["storage"]
