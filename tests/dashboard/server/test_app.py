"""The application as an object."""

from jupyter_server.services.kernels.kernelmanager import (
    AsyncMappingKernelManager,
    ServerKernelManager,
)

from stockcast_lib.dashboard.server.app import DashboardApp


def test_kernels_that_come_and_go_leave_no_event_logger_behind():
    app = DashboardApp()
    kernels = AsyncMappingKernelManager(parent=app)
    managers = [ServerKernelManager(parent=kernels) for _ in range(2)]
    assert {id(manager.event_logger) for manager in managers} == {id(app.event_logger)}
