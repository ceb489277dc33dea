"""The environments of the processes that this one starts."""

import os
from collections.abc import Mapping

from dotenv import dotenv_values

from stockcast_lib.core.jobs import Stage
from stockcast_lib.settings.source import env_file_values, files_are_off

PLAIN_VARIABLES = (
    "PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "VIRTUAL_ENV", "LD_LIBRARY_PATH",
    "SSL_CERT_FILE", "SSL_CERT_DIR", "AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE",
    "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "JUPYTER_PATH", "JUPYTER_RUNTIME_DIR",
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS",
)  # fmt: skip
_STORE_VARIABLES = (
    "STOCKCAST_S3_ENDPOINT_URL", "STOCKCAST_S3_BUCKET", "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_DEFAULT_REGION", "AWS_REGION",
    "AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE",
)  # fmt: skip
_VENDOR_VARIABLES = (
    "STOCKCAST_VENDORS", "STOCKCAST_MAX_AGE_DAYS", "STOCKCAST_TIINGO_URL",
    "STOCKCAST_NASDAQ_DATA_LINK_URL", "STOCKCAST_NASDAQ_DATA_LINK_DATABASE",
    "STOCKCAST_NASDAQ_DATA_LINK_TABLE", "TIINGO_API_KEY", "NASDAQ_DATA_LINK_API_KEY",
)  # fmt: skip


def kernel_environment(stage: Stage) -> Mapping[str, str]:
    """What a stage's kernels may see: never Redis, the frame key or another stage's keys."""
    vendor = _VENDOR_VARIABLES if stage is Stage.INGEST else ("STOCKCAST_MAX_AGE_DAYS",)
    names = (*PLAIN_VARIABLES, *_STORE_VARIABLES, *vendor)
    known = {**env_file_values(), **os.environ}
    chosen = {name: known[name] for name in names if name in known}
    return {**chosen, "STOCKCAST_ENV_FILES": "off"}


def model_environment(store: Mapping[str, str]) -> Mapping[str, str]:
    """What the kernel of a model notebook may see: of secrets, what reads the store.

    Args:
        store: how it reaches S3.
    """
    names = (*PLAIN_VARIABLES, "STOCKCAST_MAX_AGE_DAYS")
    known = {**env_file_values(), **os.environ}
    chosen = {name: known[name] for name in names if name in known}
    return {**chosen, **store, "STOCKCAST_ENV_FILES": "off"}


def client_environment() -> Mapping[str, str]:
    """This process's environment and what clients are told of the stack, without vendors' keys.

    The folder of who inherits it need not be the one that the stack runs in.
    """
    known = {**env_file_values(), **os.environ}
    return {name: value for name, value in known.items() if not name.endswith("_API_KEY")}


def child_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """The environment for a server that this process starts."""
    return {**os.environ, **extra}


def outer_environment() -> dict[str, str]:
    """The environment over `.env`, without what a running local stack has written."""
    file = {} if files_are_off() else dotenv_values(".env")
    return {**{name: value for name, value in file.items() if value is not None}, **os.environ}
