"""The stores, the workers, and the faces."""

from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, FilePath, SecretStr, ValidationInfo, field_validator
from pydantic_settings import NoDecode

from stockcast_lib.core import keys
from stockcast_lib.core.errors import BadSettings
from stockcast_lib.core.jobs import Stage
from stockcast_lib.settings.role import Role

_REPOSITORY = Path(__file__).resolve().parents[2]
_HTTP = ("http://", "https://")
# With years of prices before the days of the trials, and after them.
TrialTicker = Literal["AAPL", "IBM", "MSFT", "XOM"]
_REDIS = ("redis://", "rediss://", "unix://")


class StoreSettings(Role):
    """The S3 bucket; what every kernel has.

    Attributes:
        ca_bundle: the CAs that are believed where the endpoint speaks TLS; the system's by default.
        s3_read_only: whether it is of no use to try to write.
    """

    s3_endpoint_url: str | None = None
    s3_bucket: str = "stockcast"
    access_key: SecretStr | None = Field(None, validation_alias="AWS_ACCESS_KEY_ID")
    secret_key: SecretStr | None = Field(None, validation_alias="AWS_SECRET_ACCESS_KEY")
    region: str = Field("us-east-1", validation_alias="AWS_DEFAULT_REGION")
    ca_bundle: Path | None = Field(None, validation_alias="AWS_CA_BUNDLE")
    s3_read_only: bool = False

    @field_validator("s3_endpoint_url")
    @classmethod
    def _check_endpoint(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(_HTTP):
            raise ValueError(f"must begin with {' or '.join(_HTTP)}")
        return value

    @field_validator("ca_bundle")
    @classmethod
    def _check_bundle(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        # The variable is not this project's own: only where it counts must it be right.
        endpoint = info.data.get("s3_endpoint_url") or ""
        if value is not None and endpoint.startswith("https://") and not value.is_file():
            raise ValueError("names no file")
        return value


class ModelSettings(Role):
    """How published notebooks reach the store, which they only read, and how they are tried.

    Attributes:
        read_s3_endpoint_url: of an S3 that only reads; by default the store's own address.
        read_access_key_id, read_secret_access_key: keys that can only read.
        unconfined_models: whether published notebooks run where they cannot be confined, or with
            keys that can write: only where everybody who publishes is trusted as a colleague.
        trial_tickers: bundled ones, on which each notebook is tried before it is published.
    """

    read_s3_endpoint_url: str | None = None
    read_access_key_id: SecretStr | None = None
    read_secret_access_key: SecretStr | None = None
    unconfined_models: bool = False
    trial_tickers: Annotated[tuple[TrialTicker, ...], NoDecode] = get_args(TrialTicker)

    @field_validator("trial_tickers", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(dict.fromkeys(name.strip() for name in value.split(",") if name.strip()))
        return value

    @field_validator("trial_tickers")
    @classmethod
    def _at_least_one(cls, value: tuple[TrialTicker, ...]) -> tuple[TrialTicker, ...]:
        if not value:
            raise ValueError("must name at least one ticker")
        return value

    @property
    def reading_keys(self) -> dict[str, str] | None:
        """The AWS variables that can only read; None where there are none."""
        if self.read_access_key_id is None or self.read_secret_access_key is None:
            return None
        return {
            "AWS_ACCESS_KEY_ID": self.read_access_key_id.get_secret_value(),
            "AWS_SECRET_ACCESS_KEY": self.read_secret_access_key.get_secret_value(),
        }


class QueueSettings(Role):
    """Redis, and the key that signs TCP frames and job ids.

    Attributes:
        redis_ca: a CA that is believed, besides the system's, where the URL is `rediss://`.
    """

    redis_url: SecretStr
    redis_ca: FilePath | None = None
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


class WorkerSettings(Role):
    """Where the workers are and listen, and their limits.

    Clients connect to a stage's address; its workers listen there too, or on its port at
    `listen_host`. On `health_port` a worker tells how it is; 0 is nowhere.
    `run_timeout_seconds` is a notebook's, `cell_timeout_seconds` a cell's, `silence_seconds` a TCP
    peer's, `grace_seconds` that of a worker told to stop (the last three are to give back the job
    under way), and `longest_retry_seconds` the most between two tries of a job while what it needs
    is away.
    `kernel_memory_mb` is what each process of a kernel may hold, and all of them together;
    `kernel_processes` is how many there may be. With `kernels_ahead` the next run's kernel is kept
    ready. `queue_limit` is how many jobs may wait or run. Redis keeps a result for `result_hours`
    and a job that has ended for `job_days`; the archive keeps both for good.
    With `worker_cert` and `worker_key` workers speak TLS alone; their clients then need
    `worker_ca`, and with it speak nothing else.
    """

    ingest_address: str = "127.0.0.1:7101"
    forecast_address: str = "127.0.0.1:7102"
    listen_host: str | None = None
    worker_cert: FilePath | None = None
    worker_key: FilePath | None = None
    worker_ca: FilePath | None = None
    health_port: int = Field(0, ge=0, le=65535)
    run_timeout_seconds: float = Field(300, gt=0)
    cell_timeout_seconds: float = Field(300, gt=0)
    kernel_memory_mb: int = Field(2048, ge=512)
    kernel_processes: int = Field(64, ge=1)
    kernels_ahead: bool = True
    queue_limit: int = Field(keys.QUEUE_LIMIT, ge=1)
    result_hours: float = Field(keys.RESULT_LIFETIME / keys.HOUR, ge=0.1)
    job_days: float = Field(keys.ENDED_JOB_LIFETIME / keys.DAY, ge=1)
    silence_seconds: float = Field(10, gt=0)
    grace_seconds: float = Field(8, ge=3)
    longest_retry_seconds: float = Field(30, gt=0)

    def address(self, stage: Stage) -> tuple[str, int]:
        """Host and port of a stage."""
        text = self.ingest_address if stage is Stage.INGEST else self.forecast_address
        host, _, port = text.rpartition(":")
        if not host or not port.isdigit():
            raise BadSettings(f"STOCKCAST_{stage.upper()}_ADDRESS must be host:port, not {text!r}.")
        return host, int(port)

    def listen_address(self, stage: Stage) -> tuple[str, int]:
        """Host and port on which a stage's workers listen."""
        host, port = self.address(stage)
        return self.listen_host or host, port

    @property
    def certificate(self) -> tuple[Path, Path] | None:
        """A worker's certificate and its key; None without TLS."""
        if self.worker_cert is None and self.worker_key is None:
            return None
        if self.worker_cert is None or self.worker_key is None:
            raise BadSettings(
                "STOCKCAST_WORKER_CERT and STOCKCAST_WORKER_KEY belong together: set both, or none."
            )
        return self.worker_cert, self.worker_key


class RoomSettings(Role):
    """The disk that Redis and S3 keep their data on, where they are on this machine.

    Attributes:
        stores_dir: the folder of their data, which `stockcast up` tells its servers; without it
            nobody looks.
        least_free_mb: so much of that disk is kept free: below it new forecasts are refused.
    """

    stores_dir: Path | None = None
    least_free_mb: int = Field(64, ge=0)


class GatewaySettings(Role):
    """Where the gateway listens, and for how long it waits for a request's body.

    `gateway_prefix` is the path under which a proxy shows it, such as /stockcast.
    """

    gateway_host: str = "127.0.0.1"
    gateway_port: int = Field(8000, ge=0, le=65535)
    body_seconds: float = Field(20, gt=0)
    gateway_prefix: str = Field("", pattern=r"^(/[A-Za-z0-9._~-]+)*$")


class ConnectionSettings(Role):
    """How many connections a server takes, in all and from one address; 0 is no limit of ours.

    Behind a proxy, or from a gateway to a worker, all come from one address.
    """

    connections: int = Field(0, ge=0)
    connections_per_peer: int = Field(0, ge=0)


class TraceSettings(Role):
    """Where traces go: the base address of a collector that takes OTLP over HTTP; else nowhere."""

    otlp_endpoint: str | None = Field(None, validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT")

    @field_validator("otlp_endpoint")
    @classmethod
    def _check_endpoint(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(_HTTP):
            raise ValueError(f"must begin with {' or '.join(_HTTP)}")
        return value


class NotebookSettings(Role):
    """Where the notebooks are."""

    notebooks_dir: Path = _REPOSITORY / "notebooks"


class DashboardSettings(Role):
    """The dashboard's visitors.

    Attributes:
        dashboard_host: where its server listens, unless the whole stack runs on this machine.
        dashboard_sessions: how many may have it open; each has a kernel of some 100 MB.
        dashboard_unused_seconds: after which a page that nobody uses loses its kernel.
    """

    dashboard_host: str = "127.0.0.1"
    dashboard_sessions: int = Field(30, ge=1)
    dashboard_unused_seconds: float = Field(3600, gt=0)


class ClientSettings(Role):
    """A gateway that the command line asks instead of the local stack, and its token.

    Attributes:
        api, api_token: of one elsewhere.
        gateway_url, gateway_token: of the local stack's, which a running one announces.
    """

    api: str | None = None
    api_token: SecretStr | None = None
    gateway_url: str | None = None
    gateway_token: SecretStr | None = None


def check_outer_settings() -> None:
    """Check what is set of every role, so that no server needs to be started to find it wrong.

    Raises:
        BadSettings: in one line, naming what is wrong.
    """
    for role in Role.__subclasses__():
        role.check_outer()
