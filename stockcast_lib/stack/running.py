"""A stack that runs on its folder until it is told to stop."""

import contextlib
import signal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from stockcast_lib.stack import processes
from stockcast_lib.stack.data_folder import forget_announcement, locked_folder
from stockcast_lib.stack.supervisor import Child, Supervisor
from stockcast_lib.stack.waiting import told_wait


@dataclass(frozen=True)
class Running:
    """Where a stack keeps its data, what keeps it running, and where it says so."""

    folder: Path
    supervisor: Supervisor
    console: Console

    def start(self, children: Sequence[Child]) -> bool:
        """Start children and wait until they are ready; whether nobody has told it to stop.

        Raises:
            StackFailed: one did not start.
        """
        if children:
            self.console.print(f"Starting {', '.join(child.name for child in children)}")
            with told_wait(self.console) as tell:
                self.supervisor.start(children, tell)
        return not self.supervisor.stop_requested


@contextlib.contextmanager
def running(data_dir: Path) -> Iterator[Running]:
    """Hold the folder; SIGINT, SIGTERM and SIGHUP request a stop, and all ends with this.

    Call it from the main thread of a process that starts nothing else.

    Raises:
        BadSettings: the folder cannot be used, or another stack holds it.
    """
    with locked_folder(data_dir) as folder:
        forget_announcement(folder)
        processes.adopt_orphans()
        console = Console(stderr=True, soft_wrap=True, markup=False, highlight=False)
        supervisor = Supervisor(folder / "logs", console.print, adopts=True)
        with _stopped_by_signals(supervisor):
            try:
                yield Running(folder, supervisor, console)
            finally:
                supervisor.stop()


@contextlib.contextmanager
def _stopped_by_signals(supervisor: Supervisor) -> Iterator[None]:
    def request_stop(_number: int, _frame: object) -> None:
        supervisor.stop_requested = True

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    previous = {number: signal.signal(number, request_stop) for number in numbers}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
