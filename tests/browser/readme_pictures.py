"""`make pictures`: three of the pictures that the browser tests took, reduced for the README."""

from pathlib import Path

from PIL import Image

from tests.browser.dashboard_page import ARTIFACTS

DOCS = Path(__file__).resolve().parents[2] / "docs"
_COLOURS = 128
_LARGEST = 150_000
# Taken with the tests' states: which, as what, and how much of its height.
_PICTURES = (
    ("evidence-light-wide", "dashboard-forecast.png", 1010),
    ("backtest-dark-wide", "dashboard-backtest.png", 2200),
    ("stale-dark-phone", "dashboard-phone.png", 1300),
)


def main() -> None:
    """Reduce each to a palette."""
    for state, name, height in _PICTURES:
        with Image.open(ARTIFACTS / f"dashboard-{state}.png") as whole:
            shown = whole.convert("RGB").crop((0, 0, whole.width, min(height, whole.height)))
        small = shown.quantize(_COLOURS, dither=Image.Dither.NONE)
        small.save(DOCS / name, optimize=True)
        size = (DOCS / name).stat().st_size
        if size > _LARGEST:
            raise SystemExit(f"docs/{name} has {size} bytes, and may have {_LARGEST}.")


if __name__ == "__main__":
    main()
