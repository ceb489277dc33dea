"""The gateway elsewhere that a command asks instead of the local stack."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stockcast_lib.client import StockcastClient


def remote_client(url: str | None) -> "StockcastClient | None":
    """A client of the gateway at a URL, else of STOCKCAST_API's; None where neither is given."""
    from stockcast_lib.settings import ClientSettings

    settings = ClientSettings.read()
    chosen = url or settings.api
    if not chosen:
        return None
    from stockcast_lib.client import StockcastClient

    token = settings.api_token
    return StockcastClient(chosen, token.get_secret_value() if token else None)
