"""The only reader of the environment, split by role: each process asks for what it needs.

Values come from the environment, else from `.env` in the working directory, else from the
`stack.env` that a running local stack keeps in `.stockcast/` there or in a folder above.
`STOCKCAST_ENV_FILES=off` reads the environment alone: kernels and pods run so.
"""

import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from stockcast_lib.core.budgets import CallLimit
from stockcast_lib.core.errors import BadSettings
from stockcast_lib.core.jobs import Stage

DATA_DIR = Path(".stockcast")
STACK_ENV = "stack.env"
_REPOSITORY = Path(__file__).resolve().parent.parent
_HTTP = ("http://", "https://")
_REDIS = ("redis://", "rediss://", "unix://")


def _running_stack(start: Path) -> Path | None:
    folders = (start, *start.parents)
    candidates = (folder / DATA_DIR / STACK_ENV for folder in folders)
    return next((path for path in candidates if path.is_file()), None)


def _files_are_off() -> bool:
    return os.environ.get("STOCKCAST_ENV_FILES") == "off"


def _own_files() -> tuple[Path, ...]:
    return () if _files_are_off() else (Path(".env"),)


def _env_files() -> tuple[Path, ...]:
    stack = None if _files_are_off() else _running_stack(Path.cwd())
    return (*((stack,) if stack else ()), *_own_files())


def _env_file_values() -> dict[str, str]:
    files = [dotenv_values(path) for path in _env_files()]
    return {name: value for file in files for name, value in file.items() if value is not None}


class _Role(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix="STOCKCAST_", env_ignore_empty=True, extra="ignore", frozen=True
    )

    @classmethod
    def read(cls) -> Self:
        """Read this role's settings.

        Raises:
            BadSettings: in one line, naming each variable that is missing or wrong.
        """
        return cls._read(_env_files())

    @classmethod
    def read_outer(cls) -> Self:
        """Read them without what a running local stack has written.

        Raises:
            BadSettings: as `read` does.
        """
        return cls._read(_own_files())

    @classmethod
    def _read(cls, files: tuple[Path, ...]) -> Self:
        try:
            return cls(_env_file=files)
        except ValidationError as error:
            faults: list[Any] = error.errors()
        if all(fault["type"] == "missing" for fault in faults):
            raise BadSettings(_not_set(*map(_variable, faults)))
        raise BadSettings(f"{'; '.join(map(_describe, faults))}. {_WHAT_TO_DO}")


_WHAT_TO_DO = "Start everything with `make run`, or see .env.sample."


def _not_set(*variables: str) -> str:
    if _files_are_off() or _running_stack(Path.cwd()):
        return f"{'; '.join(f'{name} is not set' for name in variables)}. {_WHAT_TO_DO}"
    return (
        f"No running stack was found from {Path.cwd()} upward: run this in the folder where "
        f"`stockcast up` runs, which holds {DATA_DIR}, or set {' and '.join(variables)}."
    )


def _variable(fault: Any) -> str:
    name = str(fault["loc"][0])
    return name if name.isupper() else f"STOCKCAST_{name.upper()}"


def _describe(fault: Any) -> str:
    if fault["type"] == "missing":
        return f"{_variable(fault)} is not set"
    return f"{_variable(fault)} is wrong: {fault['msg'].removeprefix('Value error, ')}"


class StoreSettings(_Role):
    """The S3 bucket; what every kernel has."""

    s3_endpoint_url: str | None = None
    s3_bucket: str = "stockcast"
    access_key: SecretStr | None = Field(None, validation_alias="AWS_ACCESS_KEY_ID")
    secret_key: SecretStr | None = Field(None, validation_alias="AWS_SECRET_ACCESS_KEY")
    region: str = Field("us-east-1", validation_alias="AWS_DEFAULT_REGION")

    @field_validator("s3_endpoint_url")
    @classmethod
    def _check_endpoint(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(_HTTP):
            raise ValueError(f"must begin with {' or '.join(_HTTP)}")
        return value


VendorName = Literal["tiingo", "nasdaq_data_link", "yahoo", "sample"]
KEYED_VENDORS: tuple[VendorName, ...] = ("tiingo", "nasdaq_data_link")


class VendorSettings(_Role):
    """Whom to ask for prices, in order; with which key, how often; how long an answer serves."""

    vendors: Annotated[tuple[VendorName, ...], NoDecode] = ()
    tiingo_url: str | None = None
    tiingo_tickers_url: str | None = None
    tiingo_api_key: SecretStr | None = Field(None, validation_alias="TIINGO_API_KEY")
    nasdaq_data_link_url: str | None = None
    nasdaq_data_link_api_key: SecretStr | None = Field(
        None, validation_alias="NASDAQ_DATA_LINK_API_KEY"
    )
    nasdaq_data_link_database: str = "WIKI"
    nasdaq_data_link_table: str | None = None
    max_age_days: float = Field(7, gt=0, le=3650)
    # By third parties' figures for the plans that cost nothing.
    tiingo_calls_per_hour: int = Field(50, ge=0)
    tiingo_calls_per_day: int = Field(1000, ge=0)
    nasdaq_data_link_calls_per_hour: int = Field(2000, ge=0)
    nasdaq_data_link_calls_per_day: int = Field(50_000, ge=0)

    @field_validator("vendors", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(name.strip() for name in value.split(",") if name.strip())
        return value

    @property
    def max_age(self) -> timedelta:
        """How long prices serve before a vendor is asked again."""
        return timedelta(days=self.max_age_days)

    @property
    def order(self) -> tuple[VendorName, ...]:
        """Whom to ask: those that were named, else each with a key, else the bundled sample.

        One that needs a key and has none is left out.
        """
        keys = {
            "tiingo": self.tiingo_api_key,
            "nasdaq_data_link": self.nasdaq_data_link_api_key,
        }
        if self.vendors:
            return tuple(name for name in self.vendors if keys.get(name, True))
        keyed = tuple(name for name in KEYED_VENDORS if keys[name])
        return keyed or ("sample",)

    @property
    def without_key(self) -> tuple[VendorName, ...]:
        """Those that were named, and cannot be asked."""
        return tuple(name for name in self.vendors if name not in self.order)

    def askable(self) -> tuple[VendorName, ...]:
        """The order, with at least one in it.

        Raises:
            BadSettings: those that were named lack their keys.
        """
        if self.order:
            return self.order
        keys = " or ".join(key_variable(name) for name in self.without_key)
        raise BadSettings(
            f"There is no key for {', '.join(self.without_key)}: set {keys}, "
            "or STOCKCAST_VENDORS=sample."
        )

    @property
    def call_limits(self) -> Mapping[str, tuple[CallLimit, ...]]:
        """Of the vendors that limit their calls, by name."""
        return {
            "tiingo": _hour_and_day(self.tiingo_calls_per_hour, self.tiingo_calls_per_day),
            "nasdaq_data_link": _hour_and_day(
                self.nasdaq_data_link_calls_per_hour, self.nasdaq_data_link_calls_per_day
            ),
        }


def announced_vendors() -> tuple[str, ...]:
    """Whom a running local stack asks for prices; none where there is none."""
    stack = None if _files_are_off() else _running_stack(Path.cwd())
    told = dotenv_values(stack).get("STOCKCAST_VENDORS") if stack else None
    return tuple(told.split(",")) if told else ()


def key_variable(vendor: VendorName) -> str:
    """Where a vendor's key is looked for."""
    return f"{vendor.upper()}_API_KEY"


def _hour_and_day(hour: int, day: int) -> tuple[CallLimit, ...]:
    return CallLimit(hour, 3600), CallLimit(day, 24 * 3600)


class QueueSettings(_Role):
    """Redis, and the key that signs TCP frames and job ids."""

    redis_url: SecretStr
    frame_key: SecretStr = Field(min_length=16)

    @field_validator("redis_url")
    @classmethod
    def _check_redis_url(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value().startswith(_REDIS):
            raise ValueError(f"must begin with {' or '.join(_REDIS)}")
        return value

    @property
    def frame_key_bytes(self) -> bytes:
        """The key as the protocol takes it."""
        return self.frame_key.get_secret_value().encode()


class WorkerSettings(_Role):
    """Where the workers listen, and their limits.

    `run_timeout_seconds` is a notebook's, `cell_timeout_seconds` a cell's, `silence_seconds` a TCP
    peer's, `grace_seconds` that of a job under way when its worker is told to stop, and
    `longest_retry_seconds` the most between two tries of a job while what it needs is away.
    `kernel_memory_mb` is what each process of a kernel may hold.
    """

    ingest_address: str = "127.0.0.1:7101"
    forecast_address: str = "127.0.0.1:7102"
    run_timeout_seconds: float = Field(300, gt=0)
    cell_timeout_seconds: float = Field(300, gt=0)
    kernel_memory_mb: int = Field(2048, ge=512)
    silence_seconds: float = Field(10, gt=0)
    grace_seconds: float = Field(5, ge=0)
    longest_retry_seconds: float = Field(30, gt=0)

    def address(self, stage: Stage) -> tuple[str, int]:
        """Host and port of a stage."""
        text = self.ingest_address if stage is Stage.INGEST else self.forecast_address
        host, _, port = text.rpartition(":")
        if not host or not port.isdigit():
            raise BadSettings(f"STOCKCAST_{stage.upper()}_ADDRESS must be host:port, not {text!r}.")
        return host, int(port)


class GatewaySettings(_Role):
    """Where the gateway listens, and for how long it waits for a request's body.

    `gateway_prefix` is the path under which a proxy shows it, such as /stockcast. With
    `trust_proxy` the client's address and scheme are what the proxy says they are: only where
    nobody else can reach the gateway.
    """

    gateway_host: str = "127.0.0.1"
    gateway_port: int = Field(8000, ge=0, le=65535)
    body_seconds: float = Field(20, gt=0)
    gateway_prefix: str = Field("", pattern=r"^(/[A-Za-z0-9._~-]+)*$")
    trust_proxy: bool = False


class NotebookSettings(_Role):
    """Where the notebooks are."""

    notebooks_dir: Path = _REPOSITORY / "notebooks"


class ClientSettings(_Role):
    """A gateway that the command line asks instead of the local stack, and its token."""

    api: str | None = None
    api_token: SecretStr | None = None


_PLAIN_VARIABLES = (
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
    names = (*_PLAIN_VARIABLES, *_STORE_VARIABLES, *vendor)
    known = {**_env_file_values(), **os.environ}
    chosen = {name: known[name] for name in names if name in known}
    return {**chosen, "STOCKCAST_ENV_FILES": "off"}


def child_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """The environment for a server that this process starts."""
    return {**os.environ, **extra}


def outer_environment() -> dict[str, str]:
    """The environment over `.env`, without what a running local stack has written."""
    file = {} if _files_are_off() else dotenv_values(".env")
    return {**{name: value for name, value in file.items() if value is not None}, **os.environ}
