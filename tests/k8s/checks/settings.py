"""What pods are told is known to the code, makes sense to it, and agrees with the rest."""

import os
import re
from unittest.mock import patch

from stockcast_lib.core.errors import BadSettings
from stockcast_lib.settings.environments import PLAIN_VARIABLES
from stockcast_lib.settings.role import Role
from tests.k8s.checks.manifests import NAMESPACE, is_own, ports

ROLES = Role.__subclasses__()
# Not for the project's own code but for rclone and JupyterLab.
OTHERS = {"RCLONE_AUTH_KEY", "READING_AUTH_KEY", "JUPYTER_TOKEN"}
_READING = {"STOCKCAST_READ_ACCESS_KEY_ID", "STOCKCAST_READ_SECRET_ACCESS_KEY"}
# What is for some alone: what published models need, and the tokens' hashes.
MODEL_SECRETS = {
    "gateway": _READING | {"STOCKCAST_TOKENS"},
    "dashboard": {"STOCKCAST_TOKENS"},
    "forecast": _READING,
    "s3": _READING,  # where it is in the cluster
}
_URL = re.compile(r"https?://\S+")
_SECRETS = {"STOCKCAST_REDIS_URL": "redis://r", "STOCKCAST_FRAME_KEY": 32 * "k"}


def known_names():
    """Every variable that the settings read, or hand on to kernels."""
    fields = [(name, field) for role in ROLES for name, field in role.model_fields.items()]
    own = {field.validation_alias or f"STOCKCAST_{name.upper()}" for name, field in fields}
    return own | OTHERS | set(PLAIN_VARIABLES)


def names(manifests):
    """A variable that nothing reads is a misspelt one."""
    given = [("stockcast-settings", name) for name in manifests.settings()]
    for owner, container in manifests.containers():
        if is_own(container):
            given += [(owner, variable["name"]) for variable in container.get("env", [])]
    return [f"{owner}: {name} is no setting" for owner, name in given if name not in known_names()]


def model_secrets(manifests):
    """Who runs published notebooks has keys that only read; who asks for tokens knows whose."""
    every = set().union(*MODEL_SECRETS.values())
    faults = []
    for owner, container in manifests.containers():
        given = {
            each["name"]: each["valueFrom"]["secretKeyRef"]["name"]
            for each in container.get("env", [])
            if each["name"] in every
        }
        wanted = MODEL_SECRETS.get(owner, set())
        faults += [f"{owner}: {name} is missing" for name in sorted(wanted - given.keys())]
        faults += [f"{owner}: {name} is not for it" for name in sorted(given.keys() - wanted)]
        faults += [
            f"{owner}: {name} is of keys that may write"
            for name in sorted(_READING & given.keys())
            if given[name] == "stockcast-s3"
        ]
    return faults


def values(manifests):
    """Each role reads them without complaint."""
    faults = []
    for role in ROLES:
        told = {**_SECRETS, **manifests.settings(), "STOCKCAST_ENV_FILES": "off"}
        with patch.dict(os.environ, told, clear=True):
            try:
                role.read()
            except BadSettings as error:
                faults.append(error.message)
    return faults


def addresses(manifests):
    """Who connects within the cluster does so to a Service's name and port."""
    told = manifests.settings()
    named = {name: value for name, value in told.items() if name.endswith("_ADDRESS")}
    for name in ("STOCKCAST_S3_ENDPOINT_URL", "STOCKCAST_READ_S3_ENDPOINT_URL"):
        named[name] = told.get(name, "")
    for each in manifests.of("ScaledObject"):
        for trigger in each["spec"]["triggers"]:
            named[f"{each['metadata']['name']} {trigger['metadata']['stream']}"] = trigger[
                "metadata"
            ]["address"]
    for owner, container in manifests.containers():
        named |= {
            f"{owner} {url}": url for url in _URL.findall(" ".join(container.get("args", [])))
        }
    open_ports = {
        f"{service['metadata']['name']}:{port['port']}"
        for service in manifests.of("Service")
        for port in service["spec"]["ports"]
    }
    return [
        f"{name}: there is no Service {address}"
        for name, text in named.items()
        if (address := _within(text)) and address not in open_ports
    ]


def _within(text):
    """Host and port of what is in the cluster; None for what is elsewhere."""
    host, _, port = text.rpartition("/")[2].partition(":")
    name, _, domain = host.partition(".")
    return f"{name}:{port}" if name and domain in {"", NAMESPACE} else None


def listening(manifests):
    """The ports that containers open are those at which their servers listen."""
    told = manifests.settings()
    wanted = {
        "gateway": {"http": told["STOCKCAST_GATEWAY_PORT"]},
        "ingest": {"frames": told["STOCKCAST_INGEST_ADDRESS"].rpartition(":")[2]},
        "forecast": {"frames": told["STOCKCAST_FORECAST_ADDRESS"].rpartition(":")[2]},
    }
    for stage in ("ingest", "forecast"):
        wanted[stage]["health"] = told["STOCKCAST_HEALTH_PORT"]
    return [
        f"{owner}: {name} is {ports(container).get(name)}, the settings say {port}"
        for owner, container in manifests.containers()
        for name, port in wanted.get(owner, {}).items()
        if str(ports(container).get(name)) != port
    ]


def command_lines(manifests):
    """A server that is told by its command line listens at its port, to other pods too."""
    faults = []
    for owner, container in manifests.containers():
        line = " ".join(container.get("args", []))
        told = re.search(r"--port[ =](\d+)", line)
        if told and int(told[1]) not in ports(container).values():
            faults.append(f"{owner}: {told[1]} is no port of its container")
        if told and not re.search(r"--(host|ip)[ =]0\.0\.0\.0", line):
            faults.append(f"{owner}: it listens to itself alone")
    return faults
