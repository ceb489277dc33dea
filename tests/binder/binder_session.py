"""What Binder does with a repository: a clean copy, `postBuild`, `start`, a Jupyter server.

Of repo2docker's image it lacks conda: the environment is a venv of the locked packages.
"""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path

import psutil

from stockcast_lib.stack.network import free_ports
from tests.gateway import fetch
from tests.servers import REPOSITORY

# As on Binder, and nobody whom this machine knows by another right.
_USER = 1000
_TOKEN = "a1b2c3"
_BASE_URL = "/user/somebody/"
_BUILD_SECONDS, _START_SECONDS, _END_SECONDS = 300, 120, 60
_SAMPLE_SECONDS = 0.2


def other_user() -> dict[str, object]:
    """For `subprocess`: who runs it all. Whoever is not root already is such a user."""
    return {"user": _USER, "group": _USER, "extra_groups": []} if os.geteuid() == 0 else {}


@dataclass(frozen=True)
class Place:
    """A clean home, the copy of the repository and the environment, all of the user's own."""

    folder: Path

    @property
    def repository(self) -> Path:
        return self.folder / "repository"

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def bin(self) -> Path:
        return self.folder / "venv" / "bin"

    def environment(self) -> dict[str, str]:
        path = os.pathsep.join((str(self.bin), "/usr/local/bin", "/usr/bin", "/bin"))
        return {"HOME": str(self.home), "PATH": path, "LANG": "C.UTF-8"}

    def build(self) -> None:
        """Make it all, and run `postBuild`."""
        for folder in (self.home, self.repository):
            folder.mkdir()
        _copy_repository(self.repository)
        _install(self.folder / "venv")
        if other_user():
            _give_to_user(self.folder)
        # The package's build needs no network: what builds it is there already.
        offline = {"PIP_NO_INDEX": "1", "PIP_NO_BUILD_ISOLATION": "0"}
        subprocess.run(
            ["binder/postBuild"], cwd=self.repository, env=self.environment() | offline,
            check=True, timeout=_BUILD_SECONDS, **other_user(),
        )  # fmt: skip


def _copy_repository(place: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=REPOSITORY, check=True, capture_output=True, text=True
    )
    for name in filter(None, listed.stdout.split("\0")):
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(REPOSITORY / name, place / name, follow_symlinks=False)


def _install(venv: Path) -> None:
    uv = str(Path(sys.executable).with_name("uv"))
    subprocess.run(
        [uv, "venv", "-q", "--seed", "--python", _interpreter(), str(venv)],
        check=True, timeout=_BUILD_SECONDS,
    )  # fmt: skip
    # Copied: what is given to the user must not be shared with anybody's cache, nor its memory.
    subprocess.run(
        [uv, "pip", "install", "-q", "--link-mode", "copy", "--compile-bytecode",
         "--python", str(venv / "bin" / "python"), "--require-hashes", "--no-deps",
         "-r", "requirements.lock", "-r", "requirements-installer.lock"],
        cwd=REPOSITORY, check=True, timeout=_BUILD_SECONDS,
    )  # fmt: skip


def _interpreter() -> str:
    """A Python of this version that the user may run."""
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    candidates = (
        Path(sys.base_prefix) / "bin" / name,
        Path("/usr/local/bin") / name,
        Path("/usr/bin") / name,
    )
    for candidate in map(str, candidates):
        with suppress(OSError, subprocess.CalledProcessError):
            subprocess.run([candidate, "-c", "import venv"], check=True, cwd="/", **other_user())
            return candidate
    raise RuntimeError(f"No {name} that another user than root may run.")


def _give_to_user(folder: Path) -> None:
    for parent, folders, files in os.walk(folder):
        for name in (".", *folders, *files):
            os.chown(Path(parent, name), _USER, _USER, follow_symlinks=False)


@dataclass
class Session:
    """A running session.

    Attributes:
        url: of the Jupyter server, as a proxy shows it.
        seconds: from `start` to its first answer.
        peak: the most memory that it has had so far, in MB.
    """

    process: "subprocess.Popen[bytes]"
    url: str
    seconds: float = 0.0
    peak: float = 0.0
    ended: threading.Event = field(default_factory=threading.Event)

    def page(self, path: str) -> str:
        """The address of a page, with the token."""
        return f"{self.url}{path}?token={_TOKEN}"

    def processes(self) -> list[psutil.Process]:
        """All of it; those that ended are not there."""
        root = psutil.Process(self.process.pid)
        return [root, *root.children(recursive=True)]

    def memory(self) -> float:
        """What all processes have, in MB; what they share counts once."""
        return sum(map(_proportional, self.processes()))

    def kernels(self) -> list[psutil.Process]:
        """Those of pages and notebooks."""
        below = psutil.Process(self.process.pid).children()
        return [each for each in below if "ipykernel_launcher" in _command(each)]

    def watch(self) -> None:
        while not self.ended.wait(_SAMPLE_SECONDS):
            with suppress(psutil.NoSuchProcess):
                self.peak = max(self.peak, self.memory())


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def _proportional(process: psutil.Process) -> float:
    try:
        lines = Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


@contextmanager
def running_session(place: Place) -> Iterator[Session]:
    """`start` with the Jupyter server that Binder starts."""
    (port,) = free_ports(1)
    command = [
        "binder/start", "jupyter", "lab", "--no-browser", "--ip", "127.0.0.1", "--port", str(port),
        f"--ServerApp.base_url={_BASE_URL}", f"--IdentityProvider.token={_TOKEN}",
    ]  # fmt: skip
    began = time.monotonic()
    with (place.folder / "session.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=place.repository, env=place.environment(), stdin=subprocess.DEVNULL,
            stdout=log, stderr=log, **other_user(),
        )  # fmt: skip
    session = Session(process, f"http://127.0.0.1:{port}{_BASE_URL}")
    try:
        _wait_for_answer(session, place)
        session.seconds = time.monotonic() - began
        threading.Thread(target=session.watch, daemon=True).start()
        yield session
    finally:
        session.ended.set()
        _end(session)


def _wait_for_answer(session: Session, place: Place) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        with suppress(OSError):
            if fetch(f"{session.url}api").status == HTTPStatus.OK:
                return
        told = (place.folder / "session.log").read_text()
        assert session.process.poll() is None, told
        assert time.monotonic() < deadline, told
        time.sleep(0.1)


def _end(session: Session) -> None:
    if session.process.poll() is None:
        below = session.processes()[1:]
        session.process.send_signal(signal.SIGTERM)
        session.process.wait(_END_SECONDS)
        _, alive = psutil.wait_procs(below, timeout=_END_SECONDS)
        for each in alive:
            each.kill()
        assert alive == []
