from stockcast_lib.adapters.redis_users import RedisRole
from stockcast_lib.stack.servers import Ports, server_children


def test_workers_beside_each_other_share_an_address_and_take_no_health_port(tmp_path):
    outer = {"STOCKCAST_HEALTH_PORT": "8081", "STOCKCAST_LISTEN_HOST": "0.0.0.0"}  # noqa: S104
    *workers, gateway = server_children(Ports(1, 2, 3, dashboard=None), 2, tmp_path, outer)
    assert gateway.name == "gateway"
    assert len(workers) == 4
    for worker in workers:
        assert "--reuse-port" in worker.argv
        assert worker.env["STOCKCAST_HEALTH_PORT"] == "0"
        assert worker.env["STOCKCAST_LISTEN_HOST"] == "127.0.0.1"


def test_each_server_is_told_how_it_alone_reaches_redis(tmp_path):
    urls = {role: f"redis://{role}:password@localhost/0" for role in RedisRole}
    outer = {"STOCKCAST_REDIS_URL": "redis://all"}
    ports = Ports(1, 2, 3, dashboard=None)
    children = server_children(ports, 1, tmp_path, outer, urls)
    told = [child.env["STOCKCAST_REDIS_URL"] for child in children]
    assert told == [urls[RedisRole(name)] for name in ("ingest", "forecast", "gateway")]
    without = server_children(ports, 1, tmp_path, outer)
    assert {child.env["STOCKCAST_REDIS_URL"] for child in without} == {"redis://all"}
