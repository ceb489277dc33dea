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
