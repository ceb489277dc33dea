"""The gateway behind a proxy that ends TLS and shows it under a path: a real nginx."""

import json
import shutil
import ssl
import subprocess
import urllib.request

import pytest

from stockcast_lib.stack.network import free_ports
from tests.chain.client import until
from tests.servers import running_stack

pytestmark = [pytest.mark.stack, pytest.mark.kernels, pytest.mark.timeout(200)]

PREFIX = "/stockcast"
CONFIGURATION = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; worker_processes 1;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Forwarded-Proto $scheme;
  proxy_http_version 1.1;
  server {{
    listen 127.0.0.1:{tls} ssl;
    ssl_certificate {folder}/certificate.pem; ssl_certificate_key {folder}/key.pem;
    location {prefix}/ {{ proxy_pass {gateway}; }}
    location /cut{prefix}/ {{ proxy_pass {gateway}/; }}
  }}
}}
"""


@pytest.fixture(scope="module")
def proxy(tmp_path_factory):
    """The proxy's address, and who may be asked there."""
    folder = tmp_path_factory.mktemp("proxy")
    _make_certificate(folder)
    variables = {"STOCKCAST_GATEWAY_PREFIX": PREFIX, "STOCKCAST_TRUST_PROXY": "true"}
    with running_stack(folder, "--no-dashboard", **variables) as stack:
        (tls,) = free_ports(1)
        text = CONFIGURATION.format(folder=folder, tls=tls, prefix=PREFIX, gateway=stack.api)
        (folder / "nginx.conf").write_text(text)
        binary = shutil.which("nginx") or "/usr/sbin/nginx"
        command = [binary, "-p", str(folder), "-c", str(folder / "nginx.conf")]
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as server:
            try:
                until((folder / "nginx.pid").exists, 10)
                yield f"https://127.0.0.1:{tls}", folder
            finally:
                server.terminate()


def _make_certificate(folder):
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1",
         "-keyout", folder / "key.pem", "-out", folder / "certificate.pem",
         "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip


@pytest.fixture
def ask(proxy):
    address, folder = proxy
    trusted = ssl.create_default_context(cafile=folder / "certificate.pem")

    def ask(path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{address}{path}", data)  # noqa: S310
        with urllib.request.urlopen(request, timeout=90, context=trusted) as answer:  # noqa: S310
            return answer.headers, answer.read()

    return ask


@pytest.mark.parametrize("shown", [PREFIX, f"/cut{PREFIX}"])
def test_calls_are_answered_whether_the_proxy_cuts_the_path_or_not(ask, shown):
    _, body = ask(f"{shown}/api/v1/forecasts?wait=60", {"ticker": "AAPL", "days": 30})
    assert json.loads(body)["state"] == "done"
    assert json.loads(ask(f"{shown}/healthz")[1]) == {"status": "ok"}


def test_every_link_leads_through_the_proxy(ask):
    headers, body = ask(f"{PREFIX}/api/v1/forecasts?wait=60", {"ticker": "AAPL", "days": 30})
    job = json.loads(body)
    assert headers["Location"] == job["links"]["self"]
    for link in job["links"].values():
        assert link.startswith(f"{PREFIX}/api/v1/forecasts/")
        assert ask(link)[1]
    assert json.loads(ask(f"{PREFIX}/openapi.json")[1])["servers"] == [{"url": PREFIX}]
