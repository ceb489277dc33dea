"""What is looked at in each state of the dashboard: both themes, wide and on a phone."""

from collections.abc import Collection, Iterable
from urllib.parse import urlsplit

from playwright.sync_api import Page

from tests.browser.conftest import Watched
from tests.browser.dashboard_page import comes_true, picture, too_wide, violations

WINDOWS = {"wide": (1400, 960), "phone": (390, 844)}
# On a phone as in a wide window the theme changes nothing but colours.
LOOKS = (("light", "wide"), ("dark", "wide"), ("dark", "phone"))
ALL_LOOKS = (*LOOKS, ("light", "phone"))
# Each figure fills its room, in the colours of the page.
_SETTLED = """() => [...document.querySelectorAll(".stockcast-plot")].every((room) => {
  const svg = room.querySelector(".main-svg");
  return !room.clientWidth || !svg || Math.abs(svg.clientWidth - room.clientWidth) <= 1;
})"""
_PAINTED = """() => new Promise((done) => {
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(true), 100)));
})"""


def look_over(
    watched: Watched,
    state: str,
    expected: Collection[str] = (),
    looks: Iterable[tuple[str, str]] = LOOKS,
) -> None:
    """Take the state's pictures, and find nothing wrong with it.

    The page stays the same for all of them: the window and the computer's theme change around it.

    Args:
        watched: the page, with the reader's theme left to the computer.
        state: names the pictures.
        expected: parts of the browser's complaints that belong to the state.
        looks: themes and windows.
    """
    page = watched.page
    for theme, window in looks:
        _turn(page, theme, window)
        picture(page, f"dashboard-{state}-{theme}-{window}")
        where = f"{state}, {theme}, {window}"
        found, wider = violations(page), too_wide(page)
        assert found == [], "\n".join([where, *found])
        assert wider <= 0, f"{where}: {wider} px"
    faults = [each for each in watched.faults if not any(part in each for part in expected)]
    assert faults == [], "\n".join([state, *faults])
    assert watched.hosts <= {urlsplit(page.url).netloc, ""}
    _turn(page, "light", "wide")


def _turn(page: Page, theme: str, window: str) -> None:
    width, height = WINDOWS[window]
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    comes_true(page, f"document.documentElement.dataset.theme === '{theme}'")
    comes_true(page, _SETTLED)
    page.evaluate(_PAINTED)
