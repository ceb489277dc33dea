"""How the cluster's Redis starts: the manifest's own script and configuration, on this machine."""

import shutil
import subprocess
import time

import pytest
import redis

from stockcast_lib.adapters.redis_users import RedisRole
from stockcast_lib.stack.network import free_ports
from tests.k8s.checks.manifests import pod

pytestmark = pytest.mark.services
PASSWORDS = {f"PASSWORD_{role}": f"secret{role}" for role in RedisRole}


@pytest.fixture
def start(rendered, tmp_path):
    """Starts it with some passwords in its environment; gives the process and the port."""
    if shutil.which("redis-server") is None:
        pytest.skip("no redis-server on PATH")
    manifests, (port,) = rendered["local"], free_ports(1)
    (container,) = pod(manifests.find("StatefulSet", "stockcast-redis"))["containers"]
    for name, text in manifests.find("ConfigMap", "stockcast-redis")["data"].items():
        here = text.replace("port 6379", f"port {port}").replace("dir /data", f"dir {tmp_path}")
        (tmp_path / name).write_text(here)
    shell, option, script = container["command"]
    for folder in ("/etc/stockcast", "/run/redis"):
        script = script.replace(folder, str(tmp_path))
    started = []

    def begin(**passwords):
        (tmp_path / "run").mkdir(exist_ok=True)
        environment = {"PATH": "/usr/bin:/bin", "REDISCLI_AUTH": "secretdefault", **passwords}
        # Its own file goes where the configuration lies: give it another name.
        own = script.replace(f"> {tmp_path}/redis.conf", f"> {tmp_path}/run/redis.conf")
        own = own.replace(f"exec redis-server {tmp_path}", f"exec redis-server {tmp_path}/run")
        process = subprocess.Popen(
            [shell, option, own], env=environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        started.append(process)
        return process, port

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def answering(port, user, password):
    client = redis.Redis(port=port, username=user, password=password)
    deadline = time.monotonic() + 10
    while True:
        try:
            client.ping()
        except redis.ConnectionError as error:
            if isinstance(error, redis.AuthenticationError) or time.monotonic() > deadline:
                client.close()
                raise
            time.sleep(0.05)
        else:
            return client


def test_each_role_signs_in_with_its_password_and_nobody_without(start, tmp_path):
    _, port = start(**PASSWORDS)
    with answering(port, "default", "secretdefault") as owner:
        assert set(owner.acl_users()) == {"default", *RedisRole}
        assert owner.acl_getuser("scaler")["keys"]
    for role in RedisRole:
        answering(port, role, f"secret{role}").close()
        for wrong in ("", "secretdefault"):
            with pytest.raises(redis.AuthenticationError):
                answering(port, role, wrong)
    assert (tmp_path / "run/redis.conf").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("password", [None, ""])
def test_without_a_role_s_password_it_does_not_start(start, password):
    given = {name: value for name, value in PASSWORDS.items() if name != "PASSWORD_lab"}
    process, _ = start(**given, **({} if password is None else {"PASSWORD_lab": password}))
    assert process.wait(10) != 0
    assert "Ready to accept" not in process.stdout.read()
