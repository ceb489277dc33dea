"""What a worker says where the disk is full: that, and not that a store is away."""

from collections.abc import Callable
from typing import TypeVar

from stockcast_lib.core.cancellation import Cancellation
from stockcast_lib.core.errors import DiskFull, QueueUnavailable, StoreUnavailable
from stockcast_lib.core.protocol import Reply
from stockcast_lib.ports import Claim, Room

T = TypeVar("T")
_Work = Callable[[Claim, Cancellation], None]
_MAY_BE_THE_DISK = (QueueUnavailable, StoreUnavailable)


def require_room(room: Room) -> None:
    """Raise DiskFull where nothing new may be kept."""
    lacking = room.lacking()
    if lacking is not None:
        raise DiskFull(lacking)


def intake_with_room(intake: Callable[[T], Reply], room: Room) -> Callable[[T], Reply]:
    """The same intake; a store that fails for want of room is told as that."""

    def answer(message: T) -> Reply:
        try:
            return intake(message)
        except _MAY_BE_THE_DISK:
            require_room(room)
            raise

    return answer


def work_with_room(work: _Work, room: Room) -> _Work:
    """The same work; a store that fails for want of room is told as that, and tried again."""

    def do(claim: Claim, cancellation: Cancellation) -> None:
        try:
            work(claim, cancellation)
        except _MAY_BE_THE_DISK:
            require_room(room)
            raise

    return do
