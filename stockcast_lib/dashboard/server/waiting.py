"""The kernels that wait for visitors, their page made."""

from typing import Any

from traitlets.log import get_logger


class WaitingKernels:
    """Voilà's pool, mended: by itself it forgets to refill after a start that failed.

    Args:
        manager: Voilà's kernel manager.
        size: how many should wait; none if it is 0.
    """

    def __init__(self, manager: Any, size: int) -> None:
        self._manager = manager
        self._size = size

    def ready(self) -> bool:
        """Whether the next visitor's kernel waits or is being made."""
        return self._size == 0 or any(not _failed(task) for task in self._tasks())

    def __len__(self) -> int:
        """How many wait, their page made."""
        return sum(task.done() and not _failed(task) for task in self._tasks())

    def mend(self) -> None:
        """Forget those that failed, and make new ones for all that are missing."""
        tasks = self._tasks()
        for task in [task for task in tasks if _failed(task)]:
            tasks.remove(task)
            get_logger().error(
                "A kernel could not be made beforehand.",
                exc_info=None if task.cancelled() else task.exception(),
            )
        if len(tasks) < self._size:
            self._manager.fill_if_needed(delay=0, notebook_name=self._manager.notebook_path)

    def _tasks(self) -> list[Any]:
        if self._size == 0:
            return []
        pools: dict[str, list[Any]] = self._manager._pools  # noqa: SLF001  # not to be had otherwise
        return pools.setdefault(self._manager.notebook_path, [])


def _failed(task: Any) -> bool:
    return bool(task.done() and (task.cancelled() or task.exception()))
