"""How the queue stands, for whoever watches it."""

import redis

from stockcast_lib.adapters.queue_scripts import QueueScripts
from stockcast_lib.core.figures import LaneFigures, QueueFigures
from stockcast_lib.core.jobs import Lane, Stage


class RedisQueueFigures:
    """Reads all figures of the queue in one step; takes as long as there are clients that wait."""

    def __init__(self, client: "redis.Redis") -> None:
        self._run = QueueScripts(client, "standing").run

    def __call__(self) -> QueueFigures:
        """As of now. Raises QueueUnavailable."""
        lanes, workers, dead = self._run("standing")
        return QueueFigures(
            lanes=tuple(
                LaneFigures(
                    Stage(stage.decode()), Lane(lane.decode()), waiting, running, age / 1000
                )
                for stage, lane, waiting, running, age in lanes
            ),
            workers=tuple((Stage(stage.decode()), count) for stage, count in workers),
            dead_letters=dead,
        )
