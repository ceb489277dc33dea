"""A price version in words and figures."""

from stockcast_lib.core.budgets import VendorRecord
from stockcast_lib.core.price_history import PriceHistory
from stockcast_lib.core.prices import PriceVersion
from stockcast_lib.core.words import data_text, day_text, price_text
from stockcast_lib.report.html import card, paragraphs, table

PREVIEW_ROWS = 5
_PREVIEW_COLUMNS = ("close", "dividend", "split", "adjusted_close")


def prices_text(version: PriceVersion, record: VendorRecord) -> str:
    """For a terminal."""
    figures = [f"  {label}: {value}" for label, value in _figures(version)]
    remarks = [f"  {remark}" for remark in _remarks(version, record)]
    return "\n".join([f"Prices of {version.ticker}", *figures, *remarks])


def prices_html(version: PriceVersion, history: PriceHistory, record: VendorRecord) -> str:
    """For a notebook, with the last rows."""
    preview = history.frame[list(_PREVIEW_COLUMNS)].tail(PREVIEW_ROWS)
    rows = [
        (day_text(day.date()), *(price_text(value) for value in values))
        for day, values in zip(preview.index, preview.to_numpy().tolist(), strict=True)
    ]
    head = ("date", *(name.replace("_", " ") for name in _PREVIEW_COLUMNS))
    return card(
        f"Prices of {version.ticker}",
        _figures(version),
        table(head, rows),
        paragraphs(_remarks(version, record)),
    )


def _figures(version: PriceVersion) -> list[tuple[str, str]]:
    return [
        ("sessions", f"{version.rows:,}"),
        ("from", day_text(version.first_session)),
        ("vendor", version.vendor),
        ("data", data_text(version.last_session, sample=version.sample)),
        ("fetched", f"{version.fetched_at:%Y-%m-%d %H:%M %Z}"),
        ("sessions without a row", f"{version.missing_sessions:,}"),
    ]


def _remarks(version: PriceVersion, record: VendorRecord) -> list[str]:
    refused = [f"{name}: {refusal.message}" for name, refusal in record.refusals.items()]
    return [*version.notes, *refused]
