"""Each role signs in to Redis as its own user, and that user may do what the code says."""

from stockcast_lib.adapters.redis_users import RedisRole, user_lines
from tests.k8s.checks.manifests import title

_SECRET = "stockcast-redis"
_SERVER = "redis"
_SCALER = {f"{RedisRole.SCALER}-username", f"{RedisRole.SCALER}-password"}


def users(manifests):
    """The configuration of a Redis in the cluster has the code's users."""
    return [
        f"{title(each)}: its users are not what redis_users prints"
        for each in manifests.of("ConfigMap")
        if "redis.conf" in each["data"]
        if each["data"].get("users.acl", "").splitlines() != list(user_lines())
    ]


def passwords(manifests):
    """Nobody is given another role's password, and the server has them all."""
    faults = []
    for owner, container in manifests.containers():
        given = {
            variable["name"]: variable["valueFrom"]["secretKeyRef"]["key"]
            for variable in container.get("env", [])
            if variable.get("valueFrom", {}).get("secretKeyRef", {}).get("name") == _SECRET
        }
        wanted = _wanted(owner)
        faults += [f"{owner}: {name} is {given.get(name)}" for name in given.keys() ^ wanted.keys()]
        faults += [
            f"{owner}: {name} is {given[name]}, and not {wanted[name]}"
            for name in given.keys() & wanted.keys()
            if given[name] != wanted[name]
        ]
    for each in manifests.of("TriggerAuthentication"):
        if {reference["key"] for reference in each["spec"]["secretTargetRef"]} != _SCALER:
            faults.append(f"{title(each)}: it is to have {' and '.join(sorted(_SCALER))}")
    return faults


def _wanted(owner):
    """Of a component: its variables, and of which keys they are."""
    if owner == _SERVER:
        roles = {f"PASSWORD_{role}": f"{role}-password" for role in RedisRole}
        return {"REDISCLI_AUTH": "password", **roles}
    if owner in set(RedisRole):
        return {"STOCKCAST_REDIS_URL": f"{owner}-url"}
    return {}
