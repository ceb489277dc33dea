"""The API's own pages: its description, and what its problems mean."""

from http import HTTPStatus

from tornado.web import HTTPError

from stockcast_lib.evidence.shell import PAGE_POLICY
from stockcast_lib.web.base import Handler
from stockcast_lib.web.pages.problem import problem_page
from stockcast_lib.web.problem_meanings import meaning_of
from stockcast_lib.web.schemas import NoQuery


async def start(here: Handler, _query: NoQuery) -> None:
    """Lead to the description, whatever a proxy shows before the path."""
    here.set_status(HTTPStatus.SEE_OTHER)
    here.set_header("Location", "docs")
    here.finish()


async def reference(here: Handler, _query: NoQuery) -> None:
    """The description as a page."""
    _send_page(here, here.application.settings["reference"])


async def explain(here: Handler, _query: NoQuery, code: str) -> None:
    """What a problem's code means."""
    meaning = meaning_of(code)
    if meaning is None:
        raise HTTPError(404, "There is no problem with this code.")
    _send_page(here, problem_page(code, meaning).encode())


def _send_page(here: Handler, made: bytes) -> None:
    here.set_header("Content-Security-Policy", PAGE_POLICY)
    here.set_header("Referrer-Policy", "no-referrer")
    here.send(made, "text/html; charset=utf-8")
