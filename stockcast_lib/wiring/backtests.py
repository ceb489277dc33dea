"""The model's past forecasts, made once for each price version and configuration."""

from typing import TYPE_CHECKING

from stockcast_lib import __version__
from stockcast_lib.core.model_config import ModelConfig
from stockcast_lib.core.prices import PriceVersion
from stockcast_lib.settings import StoreSettings
from stockcast_lib.wiring.stores import bucket

if TYPE_CHECKING:
    from stockcast_lib.core.price_history import PriceHistory
    from stockcast_lib.forecasting.backtest import OriginFits


def origin_fits(
    version: PriceVersion, history: "PriceHistory", config: ModelConfig
) -> "OriginFits":
    """The model at past origins: from the archive, else fitted and archived.

    Args:
        version: of the prices.
        history: its rows.
        config: the model's parameters.

    Raises:
        NotEnoughHistory, BadVendorData: see `fit_origins`.
    """
    from stockcast_lib.adapters.s3_backtests import S3Backtests
    from stockcast_lib.forecasting.backtest import METHOD, fit_origins

    archive = S3Backtests(bucket(), f"{__version__}.{METHOD}")
    fits = archive.load(version.content_hash, config)
    if fits is None:
        fits = fit_origins(history.adjusted_close, config)
        if not StoreSettings.read().s3_read_only:
            archive.save(version.content_hash, config, fits)
    return fits
