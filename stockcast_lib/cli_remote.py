"""The gateway that a command asks: one elsewhere, or the local stack's."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stockcast_lib.client import StockcastClient
    from stockcast_lib.client.models import ModelsClient


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


def models_client(url: str | None) -> "ModelsClient":
    """A client of the gateway that is given, else of a set one, else of the stack here."""
    from stockcast_lib.client.models import ModelsClient
    from stockcast_lib.core.errors import BadSettings
    from stockcast_lib.settings import ClientSettings

    settings = ClientSettings.read()
    elsewhere = url or settings.api
    token = settings.api_token if elsewhere else settings.gateway_token
    chosen = elsewhere or settings.gateway_url
    if not chosen:
        raise BadSettings(
            "No running stack was found here: run this in the folder where `stockcast up` runs, "
            "or name a gateway with --api."
        )
    return ModelsClient(chosen, token.get_secret_value() if token else None)
