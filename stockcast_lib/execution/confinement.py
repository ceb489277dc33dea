"""What a kernel for a notebook that nobody trusts gives up before the notebook runs.

1. Files: its run folder is its own; the interpreter, the libraries and what the system needs to run
   them are read-only; of everything else it can open nothing, `/proc` included.
2. TCP: it may connect to the store's port, and listen on none.
3. It can signal, trace or reach by an abstract socket no process outside (Linux 6.12 and later).
4. It can gain no privileges, dump no core, and write no huge file.

Landlock limits the thread that asks and all that it starts: this must happen while there is one.
"""

import json
import os
import resource
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import stockcast_lib
from stockcast_lib.execution import landlock

_SYSTEM = (
    "/usr", "/lib", "/lib64", "/bin", "/etc/ssl", "/etc/ca-certificates", "/etc/pki",
    "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/resolv.conf", "/etc/hosts",
    "/etc/nsswitch.conf", "/etc/localtime", "/etc/timezone", "/etc/fonts", "/etc/passwd",
    "/etc/alternatives",
)  # fmt: skip
_DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random", "/dev/full")
_CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE")
# What programs look for in a user's home, which the kernel does not see.
_HOMES = ("HOME", "TMPDIR", "IPYTHONDIR", "MPLCONFIGDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME",
          "JUPYTER_RUNTIME_DIR", "JUPYTER_DATA_DIR", "JUPYTER_CONFIG_DIR")  # fmt: skip
_FILE_BYTES = 256 * 1024 * 1024
_OPEN_FILES = 1024


@dataclass(frozen=True)
class Confinement:
    """What a confined kernel may reach.

    Attributes:
        ports: to which it may connect.
    """

    ports: tuple[int, ...]

    def document(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self)

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """What `document` gave."""
        return cls(tuple(document["ports"]))


def can_confine() -> str | None:
    """Why kernels cannot be confined here, or None."""
    version = landlock.abi()
    if version >= landlock.TCP_ABI:
        return None
    return f"Landlock with rules for TCP is missing (Linux 6.7 or later; its ABI here: {version})"


def homes(folder: str) -> dict[str, str]:
    """The variables by which programs find a user's folders, all of them the run's."""
    return dict.fromkeys(_HOMES, folder)


def confine(confinement: Confinement, folder: str, argv: Sequence[str]) -> None:
    """Give up everything else. Call it before the first thread is started.

    Args:
        confinement: what is kept.
        folder: the run's.
        argv: the kernel's arguments, which name its connection file.

    Raises:
        OSError: it cannot be done; the kernel must not run.
    """
    connection = Path(argv[argv.index("-f") + 1])
    sockets = Path(json.loads(connection.read_text(encoding="utf-8"))["ip"]).parent
    rules = landlock.Ruleset()
    rules.allow([Path(folder)], rules.all_in_folder)
    rules.allow([connection, *_readable()], landlock.READ)
    rules.allow(map(Path, _DEVICES), landlock.READ_AND_WRITE_FILE)
    rules.allow([sockets], landlock.BIND_SOCKETS)
    for port in confinement.ports:
        rules.allow_connections(port)
    _limit_resources()
    _forget_temporary_folders(folder)
    rules.enforce()


def _readable() -> list[Path]:
    own = (sys.prefix, sys.base_prefix, str(Path(stockcast_lib.__file__).parent))
    certificates = (os.environ[name] for name in _CERTIFICATES if os.environ.get(name))
    return [Path(each) for each in (*_SYSTEM, *own, *certificates)]


def _limit_resources() -> None:
    for what, most in (
        (resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, _FILE_BYTES),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
    ):  # fmt: skip
        _, hard = resource.getrlimit(what)
        limit = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (limit, limit))


def _forget_temporary_folders(folder: str) -> None:
    tempfile.tempdir = None
    for name, module in list(sys.modules.items()):
        # cmdstanpy made its own when the server imported it, and handed the name around.
        if name.startswith("cmdstanpy") and hasattr(module, "_TMPDIR"):
            vars(module)["_TMPDIR"] = folder
