"""Each role's settings, as a process of its own reads them."""

import json
import re
import subprocess
import sys

import pytest

from stockcast_lib.settings.role import Role
from tests.servers import REPOSITORY, clean_environment

READ = """
import json, sys
from pydantic import SecretStr
from stockcast_lib import settings
from stockcast_lib.core.errors import BadSettings
from stockcast_lib.core.jobs import Stage
role, *wanted = sys.argv[1:]
try:
    if role == "kernel":
        found = dict(settings.kernel_environment(Stage(wanted[0])))
    else:
        read = getattr(settings, role).read()
        values = {name: getattr(read, name) for name in type(read).model_fields}
        plain = lambda value: value.get_secret_value() if isinstance(value, SecretStr) else value
        found = {name: plain(value) for name, value in values.items()}
        found["shown"] = [repr(read), str(read), read.model_dump_json()]
        if role == "VendorSettings":
            found |= {"order": read.order, "without_key": read.without_key}
            from stockcast_lib import wiring
            found["complete"] = wiring.market._bundled_symbols().complete
        if role == "WorkerSettings":
            found["addresses"] = [read.address(stage) for stage in Stage]
            found["certificate"] = read.certificate
except BadSettings as error:
    found = {"error": error.message}
print(json.dumps(found, default=str))
"""
REDIS = "redis://:the-password@example.org:6379/0"
KEY = "the-frame-key-of-20c"
QUEUE = {"STOCKCAST_REDIS_URL": REDIS, "STOCKCAST_FRAME_KEY": KEY}
STORE = {"AWS_ACCESS_KEY_ID": "the-access-key", "AWS_SECRET_ACCESS_KEY": "the-secret-key"}
VENDOR_KEYS = {"TIINGO_API_KEY": "tiingo-key", "NASDAQ_DATA_LINK_API_KEY": "nasdaq-key"}


@pytest.fixture
def read(tmp_path):
    """Reads a role's settings in a process with these variables, below a folder of its own."""

    def run(role, *arguments, folder=tmp_path, **variables):
        process = subprocess.run(
            [sys.executable, "-c", READ, role, *arguments],
            cwd=folder, env={**clean_environment(), **variables}, capture_output=True, text=True,
            check=False, timeout=60,
        )  # fmt: skip
        assert (process.returncode, process.stderr) == (0, "")
        return json.loads(process.stdout)

    return run


@pytest.mark.parametrize(
    ("role", "defaults"),
    [
        ("StoreSettings", {"s3_endpoint_url": None, "s3_bucket": "stockcast", "access_key": None}),
        ("VendorSettings", {"order": ["sample"], "without_key": [], "max_age_days": 7}),
        ("GatewaySettings", {"gateway_host": "127.0.0.1", "gateway_port": 8000}),
        ("ClientSettings", {"api": None, "api_token": None}),
        ("AccessSettings", {"tokens": "", "require_tokens": "frozenset()", "rate_limit": 0}),
        ("VisitorSettings", {"dashboard_ask_token": False, "dashboard_proxies": []}),
        ("WorkerSettings", {"addresses": [["127.0.0.1", 7101], ["127.0.0.1", 7102]]}),
    ],
)
def test_the_defaults(read, role, defaults):
    assert read(role).items() >= defaults.items()


def test_the_notebooks_are_the_repository_s_by_default(read):
    assert read("NotebookSettings")["notebooks_dir"].endswith("/notebooks")


def test_the_environment_is_read(read):
    assert read("VendorSettings", STOCKCAST_VENDORS=" yahoo, sample ,")["order"] == [
        "yahoo",
        "sample",
    ]
    assert read("StoreSettings", **STORE)["secret_key"] == "the-secret-key"
    assert read("QueueSettings", **QUEUE)["redis_url"] == REDIS


@pytest.mark.parametrize("missing", QUEUE)
def test_what_is_missing_is_named_in_one_line_with_what_to_do(read, missing):
    variables = {name: value for name, value in QUEUE.items() if name != missing}
    error = read("QueueSettings", **variables, STOCKCAST_ENV_FILES="off")["error"]
    assert error == f"{missing} is not set. Start everything with `make run`, or see .env.sample."


def test_what_is_missing_where_no_stack_runs_is_told_with_where_to_go(read, tmp_path):
    assert read("QueueSettings")["error"] == (
        f"No running stack was found from {tmp_path} upward: run this in the folder where "
        "`stockcast up` runs, which holds .stockcast, or set STOCKCAST_REDIS_URL and "
        "STOCKCAST_FRAME_KEY."
    )
    (tmp_path / ".stockcast").mkdir()
    (tmp_path / ".stockcast" / "stack.env").write_text("STOCKCAST_GATEWAY_PORT=1\n")
    assert "No running stack" not in read("QueueSettings")["error"]


def test_all_that_is_missing_is_named_at_once(read):
    error = read("QueueSettings")["error"]
    assert all(name in error for name in QUEUE)
    assert "\n" not in error


def test_an_empty_variable_is_as_good_as_none(read):
    assert read("StoreSettings", STOCKCAST_S3_ENDPOINT_URL="")["s3_endpoint_url"] is None
    error = read("QueueSettings", **QUEUE | {"STOCKCAST_REDIS_URL": ""})["error"]
    assert "set STOCKCAST_REDIS_URL" in error


@pytest.mark.parametrize(
    ("role", "variable", "value"),
    [
        ("QueueSettings", "STOCKCAST_REDIS_URL", "the-password@localhost"),
        ("QueueSettings", "STOCKCAST_FRAME_KEY", "the-password"),
        ("StoreSettings", "STOCKCAST_S3_ENDPOINT_URL", "localhost:9000"),
        ("QueueSettings", "STOCKCAST_REDIS_CA", "no-such-file.pem"),
        ("WorkerSettings", "STOCKCAST_WORKER_CERT", "no-such-file.pem"),
        ("WorkerSettings", "STOCKCAST_WORKER_KEY", "no-such-file.pem"),
        ("WorkerSettings", "STOCKCAST_WORKER_CA", "no-such-file.pem"),
        ("VendorSettings", "STOCKCAST_MAX_AGE_DAYS", "soon"),
        ("VendorSettings", "STOCKCAST_MAX_AGE_DAYS", "0"),
        ("WorkerSettings", "STOCKCAST_RUN_TIMEOUT_SECONDS", "-1"),
        ("WorkerSettings", "STOCKCAST_INGEST_ADDRESS", "7101"),
        ("WorkerSettings", "STOCKCAST_FORECAST_ADDRESS", "localhost:"),
        ("GatewaySettings", "STOCKCAST_GATEWAY_PORT", "65536"),
        ("AccessSettings", "STOCKCAST_TOKENS", "ada:read:the-password"),
        ("AccessSettings", "STOCKCAST_REQUIRE_TOKENS", "publish"),
        ("AccessSettings", "STOCKCAST_RATE_LIMIT", "-1"),
        ("AccessSettings", "STOCKCAST_CORS_ORIGINS", "*"),
        ("AccessSettings", "STOCKCAST_CORS_ORIGINS", "https://example.org/"),
        ("VisitorSettings", "STOCKCAST_DASHBOARD_PROXIES", "everybody"),
        ("VisitorSettings", "STOCKCAST_DASHBOARD_USER_HEADER", "X User"),
        ("AccessSettings", "STOCKCAST_TRUST_PROXY", "10.0.0.1/8"),
    ],
)
def test_a_wrong_value_names_its_variable_in_one_line(read, role, variable, value):
    error = read(role, **QUEUE | {variable: value})["error"]
    assert error.startswith(variable)
    assert "\n" not in error
    assert "the-password" not in error


def test_a_missing_bundle_of_cas_is_told_only_where_it_counts(read):
    bundle, https = {"AWS_CA_BUNDLE": "no-such-file.pem"}, "https://s3.example.org"
    told = read("StoreSettings", STOCKCAST_S3_ENDPOINT_URL=https, **bundle)["error"]
    assert told.startswith("AWS_CA_BUNDLE is wrong: names no file")
    for endpoint in ("http://localhost:9000", ""):
        assert "error" not in read("StoreSettings", STOCKCAST_S3_ENDPOINT_URL=endpoint, **bundle)


@pytest.mark.parametrize("name", ["STOCKCAST_WORKER_CERT", "STOCKCAST_WORKER_KEY"])
def test_a_worker_s_certificate_and_its_key_belong_together(read, tmp_path, name):
    (tmp_path / "file.pem").touch()
    error = read("WorkerSettings", **{name: str(tmp_path / "file.pem")})["error"]
    assert "STOCKCAST_WORKER_CERT and STOCKCAST_WORKER_KEY belong together" in error


def test_no_secret_is_shown(read):
    shown = read("QueueSettings", **QUEUE)["shown"] + read("StoreSettings", **STORE)["shown"]
    shown += read("ClientSettings", STOCKCAST_API_TOKEN="the-token")["shown"]
    secrets = ("the-password", KEY, "the-access-key", "the-secret-key", "the-token")
    assert [secret for secret in secrets if secret in " ".join(shown)] == []


def test_a_file_is_read_unless_files_are_off(read, tmp_path):
    (tmp_path / ".env").write_text("STOCKCAST_GATEWAY_PORT=1234\n")
    assert read("GatewaySettings")["gateway_port"] == 1234
    assert read("GatewaySettings", STOCKCAST_ENV_FILES="off")["gateway_port"] == 8000


def test_a_running_stack_is_found_from_a_folder_below(read, tmp_path):
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    (tmp_path / ".stockcast").mkdir()
    (tmp_path / ".stockcast" / "stack.env").write_text("STOCKCAST_GATEWAY_PORT=1234\n")
    assert read("GatewaySettings", folder=below)["gateway_port"] == 1234
    off = read("GatewaySettings", folder=below, STOCKCAST_ENV_FILES="off")
    assert off["gateway_port"] == 8000


def test_the_environment_goes_before_the_file_and_that_before_a_running_stack(read, tmp_path):
    (tmp_path / ".stockcast").mkdir()
    (tmp_path / ".stockcast" / "stack.env").write_text("STOCKCAST_GATEWAY_PORT=1\n")
    assert read("GatewaySettings")["gateway_port"] == 1
    (tmp_path / ".env").write_text("STOCKCAST_GATEWAY_PORT=2\n")
    assert read("GatewaySettings")["gateway_port"] == 2
    assert read("GatewaySettings", STOCKCAST_GATEWAY_PORT="3")["gateway_port"] == 3


@pytest.mark.parametrize("stage", ["ingest", "forecast"])
@pytest.mark.parametrize("source", ["environment", "files"])
def test_a_kernel_has_the_store_and_neither_the_queue_nor_another_stage_s_keys(
    read, tmp_path, stage, source
):
    given = {**QUEUE, **STORE, **VENDOR_KEYS, "STOCKCAST_VENDORS": "sample", "FOREIGN": "1"}
    if source == "files":
        lines = [f"{name}={value}\n" for name, value in given.items()]
        (tmp_path / ".stockcast").mkdir()
        (tmp_path / ".stockcast" / "stack.env").write_text("".join(lines[:4]))
        (tmp_path / ".env").write_text("".join(lines[4:]))
    kernel = read("kernel", stage, **(given if source == "environment" else {}))
    assert kernel.items() >= STORE.items()
    assert "FOREIGN" not in kernel
    assert not kernel.keys() & QUEUE.keys()
    vendor = VENDOR_KEYS.keys() if stage == "ingest" else set()
    assert kernel.keys() & VENDOR_KEYS.keys() == vendor
    assert [value for value in (REDIS, KEY) if value in kernel.values()] == []


def test_a_kernel_reads_its_environment_alone(read):
    assert read("kernel", "forecast")["STOCKCAST_ENV_FILES"] == "off"


@pytest.mark.parametrize(
    ("variables", "order", "without_key"),
    [
        (VENDOR_KEYS, ["tiingo", "nasdaq_data_link"], []),
        ({"TIINGO_API_KEY": "key"}, ["tiingo"], []),
        ({**VENDOR_KEYS, "STOCKCAST_VENDORS": "nasdaq_data_link,tiingo"},
         ["nasdaq_data_link", "tiingo"], []),
        ({"STOCKCAST_VENDORS": "tiingo,sample"}, ["sample"], ["tiingo"]),
        ({"STOCKCAST_VENDORS": "tiingo"}, [], ["tiingo"]),
    ],
)  # fmt: skip
def test_vendors_are_asked_in_order_and_those_without_a_key_are_left_out(
    read, variables, order, without_key
):
    found = read("VendorSettings", **variables)
    assert (found["order"], found["without_key"]) == (order, without_key)


def test_an_unknown_vendor_is_named(read):
    assert "STOCKCAST_VENDORS" in read("VendorSettings", STOCKCAST_VENDORS="bloomberg")["error"]


@pytest.mark.parametrize(
    ("told", "own", "complete"),
    [
        ("sample", {}, True),
        ("sample", {"TIINGO_API_KEY": "key"}, True),
        ("tiingo", {}, False),
        ("tiingo,sample", {}, False),
    ],
)
def test_a_client_knows_by_the_running_stack_whether_it_knows_all_tickers(
    read, tmp_path, told, own, complete
):
    (tmp_path / ".stockcast").mkdir()
    (tmp_path / ".stockcast" / "stack.env").write_text(f"STOCKCAST_VENDORS={told}\n")
    assert read("VendorSettings", **own)["complete"] is complete


def test_the_sample_file_shows_every_setting_and_no_other():
    fields = {
        field.validation_alias or f"STOCKCAST_{name.upper()}"
        for role in Role.__subclasses__()
        for name, field in role.model_fields.items()
    }
    text = (REPOSITORY / ".env.sample").read_text()
    assert sorted(re.findall(r"^# ([A-Z_0-9]+)=", text, re.MULTILINE)) == sorted(
        {*fields, "STOCKCAST_ENV_FILES"}
    )
