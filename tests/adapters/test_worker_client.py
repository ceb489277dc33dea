"""Whose time limit comes first, and so who is blamed."""

from stockcast_lib.adapters import redis_connection, worker_client
from stockcast_lib.adapters.redis_connection import connect


def test_a_worker_gives_redis_up_before_its_client_gives_the_worker_up():
    client = connect("redis://127.0.0.1:1/0")
    limits = client.connection_pool.connection_kwargs
    tries = 1 + limits["retry"]._retries
    assert (
        tries * limits["socket_timeout"]
        < redis_connection.LONGEST_COMMAND
        < worker_client._REPLY_TIMEOUT
    )
    client.close()
