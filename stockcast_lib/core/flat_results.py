"""A forecast's figures as one flat row, as tables keep them."""

from typing import TYPE_CHECKING, Any

from stockcast_lib.core.results import ForecastResult

if TYPE_CHECKING:
    import pyarrow as pa


def flat_result(result: ForecastResult) -> dict[str, Any]:
    """The figures at the target, what they rest on, and the path as a list of rows.

    Prices are in the listing's currency; `lower` and `upper` bound the band of level `interval`.
    """
    skill, coverage, model = result.skill, result.coverage, result.model
    return {
        "ticker": result.ticker,
        "days": result.days,
        "as_of": result.as_of,
        "target_date": result.target_date,
        "last_price": result.last_price,
        "price": result.price,
        "lower": result.lower,
        "upper": result.upper,
        "interval": result.interval,
        "naive_price": result.baseline.price,
        "skill": skill.value if skill else None,
        "standing": skill.standing if skill else None,
        "band_held": coverage.held if coverage else None,
        "band_windows": coverage.windows if coverage else None,
        "model": model.name,
        "revision": model.revision,
        "engine": model.engine,
        "vendor": result.vendor,
        "sample": result.sample,
        "stale": result.stale,
        "data_version": result.data_version,
        "path": [point.model_dump() for point in result.path],
    }


def flat_columns() -> "list[tuple[str, pa.DataType]]":
    """The columns of such rows in Parquet, by name."""
    import pyarrow as pa

    price, text, day, count = pa.float64(), pa.string(), pa.date32(), pa.int32()
    point = pa.struct([("date", day), ("price", price), ("lower", price), ("upper", price)])
    return [
        ("ticker", text), ("days", count), ("as_of", day), ("target_date", day),
        ("last_price", price), ("price", price), ("lower", price), ("upper", price),
        ("interval", price), ("naive_price", price), ("skill", price), ("standing", text),
        ("band_held", count), ("band_windows", count), ("model", text), ("revision", text),
        ("engine", text), ("vendor", text), ("sample", pa.bool_()), ("stale", pa.bool_()),
        ("data_version", text), ("path", pa.list_(point)),
    ]  # fmt: skip
