"""The only reader of the environment, split by role: each process asks for what it needs.

Values come from the environment, else from `.env` in the working directory, else from the
`stack.env` that a running local stack keeps in `.stockcast/` there or in a folder above.
`STOCKCAST_ENV_FILES=off` reads the environment alone: kernels and pods run so.
"""

from stockcast_lib.settings.access import AccessSettings, VisitorSettings
from stockcast_lib.settings.environments import (
    child_environment,
    client_environment,
    kernel_environment,
    model_environment,
    outer_environment,
)
from stockcast_lib.settings.roles import (
    ClientSettings,
    ConnectionSettings,
    DashboardSettings,
    GatewaySettings,
    ModelSettings,
    NotebookSettings,
    QueueSettings,
    RoomSettings,
    StoreSettings,
    TraceSettings,
    WorkerSettings,
    check_outer_settings,
)
from stockcast_lib.settings.source import (
    STACK_ENV,
)
from stockcast_lib.settings.vendors import (
    KEYED_VENDORS,
    VendorName,
    VendorSettings,
    announced_vendors,
    key_variable,
)

__all__ = [
    "KEYED_VENDORS",
    "STACK_ENV",
    "AccessSettings",
    "ClientSettings",
    "ConnectionSettings",
    "DashboardSettings",
    "GatewaySettings",
    "ModelSettings",
    "NotebookSettings",
    "QueueSettings",
    "RoomSettings",
    "StoreSettings",
    "TraceSettings",
    "VendorName",
    "VendorSettings",
    "VisitorSettings",
    "WorkerSettings",
    "announced_vendors",
    "check_outer_settings",
    "child_environment",
    "client_environment",
    "kernel_environment",
    "key_variable",
    "model_environment",
    "outer_environment",
]
