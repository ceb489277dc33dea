"""The gateway behind a proxy that ends TLS and shows it under a path: a real nginx."""

import json
import re
import shutil
import ssl
import subprocess
import urllib.error
import urllib.request
from dataclasses import dataclass
from urllib.parse import urljoin

import pytest

from stockcast_lib.stack.network import free_ports
from tests.chain.client import frozen, until
from tests.event_stream import EventReader
from tests.servers import Stack, running_stack

pytestmark = [pytest.mark.long, pytest.mark.stack, pytest.mark.kernels, pytest.mark.timeout(200)]

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
# The proxy cuts the path that it is asked for, or hands it on.
SHOWN = (PREFIX, f"/cut{PREFIX}")


@dataclass(frozen=True)
class Proxy:
    """A running nginx: its URL, the certificate that it shows, the stack behind it."""

    url: str
    trusted: ssl.SSLContext
    stack: Stack


@dataclass(frozen=True)
class Answered:
    """What came back in the end, and from which URL."""

    url: str
    status: int
    headers: dict
    body: bytes

    def document(self):
        return json.loads(self.body)


@pytest.fixture(scope="module")
def proxy(tmp_path_factory):
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
                trusted = ssl.create_default_context(cafile=folder / "certificate.pem")
                yield Proxy(f"https://127.0.0.1:{tls}", trusted, stack)
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
    """Asks by a path; follows redirects."""

    def ask(path, body=None, method=None):
        data = None if body is None else json.dumps(body).encode()
        url = urljoin(proxy.url, path)
        request = urllib.request.Request(url, data, method=method)  # noqa: S310
        try:
            answer = urllib.request.urlopen(request, timeout=90, context=proxy.trusted)  # noqa: S310
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            return Answered(answer.url, answer.status, answer.headers, answer.read())

    return ask


@pytest.mark.parametrize("shown", SHOWN)
def test_calls_are_answered_whether_the_proxy_cuts_the_path_or_not(ask, shown):
    answer = ask(f"{shown}/api/v1/forecasts?wait=60", {"ticker": "AAPL", "days": 30})
    assert answer.document()["state"] == "done"
    assert ask(f"{shown}/healthz").document() == {"status": "ok"}


def test_every_link_leads_through_the_proxy(ask):
    answer = ask(f"{PREFIX}/api/v1/forecasts?wait=60", {"ticker": "AAPL", "days": 30})
    job = answer.document()
    assert answer.headers["Location"] == job["links"]["self"]
    for link in job["links"].values():
        assert link.startswith(f"{PREFIX}/api/v1/forecasts/")
        assert ask(link).status == 200
    assert ask(f"{PREFIX}/openapi.json").document()["servers"] == [{"url": PREFIX}]


def test_an_event_passes_the_proxy_as_soon_as_it_is_told(ask, proxy):
    with frozen(proxy.stack, "--stage forecast"):
        job = ask(f"{PREFIX}/api/v1/forecasts", {"ticker": "IBM", "days": 61}).document()
        url = f"{proxy.url}{job['links']['self']}/events"
        with EventReader(url, seconds=10, trusted=proxy.trusted) as events:
            assert events.block()[0].startswith("event: ")
    with EventReader(url, trusted=proxy.trusted) as events:
        assert [event.name for event in events][-1] == "done"


def test_a_request_is_withdrawn_through_the_proxy(ask, proxy):
    with frozen(proxy.stack, "--stage forecast"):
        job = ask(f"{PREFIX}/api/v1/forecasts", {"ticker": "IBM", "days": 62}).document()
        withdrawn = ask(job["links"]["self"], method="DELETE")
    assert withdrawn.status == 200
    until(lambda: ask(job["links"]["self"]).document()["state"] == "cancelled")


@pytest.mark.parametrize("shown", SHOWN)
def test_the_start_leads_to_the_description_all_of_whose_links_lead_somewhere(ask, proxy, shown):
    page = ask(f"{shown}/")
    assert (page.status, page.url) == (200, f"{proxy.url}{shown}/docs")
    loaded = set(re.findall(r'(?:href|src)="([^"#]+)"', page.body.decode()))
    assert {"openapi.json", "problems/unknown-ticker"} <= loaded
    for link in sorted(loaded):
        found = ask(urljoin(page.url, link))
        assert (found.status, found.url) == (200, f"{proxy.url}{shown}/{link}")


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/api/v1/forecasts", {"ticker": "AAPLL", "days": 5}, 404),
        ("/api/v1/forecasts", {"ticker": "AAPL", "days": 0}, 422),
        ("/none", None, 404),
    ],
)
def test_the_type_of_a_problem_leads_through_the_proxy_to_its_meaning(ask, path, body, status):
    problem = ask(f"{PREFIX}{path}", body)
    assert problem.status == status
    kind = problem.document()["type"]
    assert kind.startswith(f"{PREFIX}/problems/")
    page = ask(kind)
    assert (page.status, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert kind.rpartition("/")[2] in page.body.decode()
