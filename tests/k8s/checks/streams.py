"""KEDA counts what waits where the workers take it from."""

from stockcast_lib.core import keys
from stockcast_lib.core.jobs import Lane, Stage


def streams(manifests):
    """Each stage is scaled by the lag of both its streams."""
    faults = []
    for each in manifests.of("ScaledObject"):
        name = each["metadata"]["name"]
        told = [trigger["metadata"] for trigger in each["spec"]["triggers"]]
        stage = Stage(name.removeprefix("stockcast-"))
        wanted = {keys.stream(stage, lane) for lane in Lane}
        if {metadata["stream"] for metadata in told} != wanted:
            faults.append(f"{name}: its streams are {' and '.join(sorted(wanted))}")
        for metadata in told:
            if metadata["consumerGroup"] != keys.GROUP:
                faults.append(f"{name}: the group is {keys.GROUP}")
            if not metadata.get("lagCount", "").isdigit() or int(metadata["lagCount"]) < 1:
                faults.append(f"{name}: {metadata['stream']} has no lagCount")
    return faults
