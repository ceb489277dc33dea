"""The door: what whoever may not come in is shown, whatever was asked for, and the way out."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlencode

from tornado.httputil import HTTPServerRequest
from tornado.routing import Matcher
from tornado.web import RequestHandler

from stockcast_lib.core.cross_site import is_cross_site
from stockcast_lib.dashboard.server.admission import COOKIE, COOKIE_DAYS, Admission
from stockcast_lib.dashboard.server.policy import SIGN_IN_HEADERS

SIGN_OUT = "sign-out"
_TOKEN = "token"  # noqa: S105  # nosec B105  # the name of a field
_HTTPS = "https"


class Outside(Matcher):
    """Fits every request whose sender may not come in, and those that show a token in the address.

    Args:
        admission: says who may.
        open_paths: are for everybody.
    """

    def __init__(self, admission: Admission, open_paths: frozenset[str]) -> None:
        self._admission = admission
        self._open_paths = open_paths

    def match(self, request: HTTPServerRequest) -> dict[str, Any] | None:
        """See `Matcher`."""
        if request.path in self._open_paths:
            return None
        shown = _TOKEN in request.query_arguments
        return {} if shown or not self._admission.admits(request) else None


class _DoorHandler(RequestHandler):
    """A page with a form, for one visitor at one moment."""

    def initialize(self, start: str, page: Callable[[str, Mapping[str, Any]], str]) -> None:
        """See `RequestHandler`.

        Args:
            start: the path of the dashboard's page.
            page: makes a page by its template's name, of what is to be said there.
        """
        self._start = start
        self._page = page

    def set_default_headers(self) -> None:
        """See `RequestHandler`."""
        for name, value in SIGN_IN_HEADERS.items():
            self.set_header(name, value)


class SignInHandler(_DoorHandler):
    """Asks for a token, and gives a cookie for it."""

    def initialize(self, admission: Admission, **kwargs: Any) -> None:  # type: ignore[override]  # tornado gives it what its route names
        """See `RequestHandler`.

        Args:
            admission: says who may come in.
            kwargs: as for any page at the door.
        """
        super().initialize(**kwargs)
        self._admission = admission

    def get(self) -> None:
        """Ask for a token, or take the one in the address, which keeps it no longer then."""
        token = self.get_query_argument(_TOKEN, None)
        if token is None:
            self._ask()
        else:
            self._enter(token)

    head = get

    def post(self) -> None:
        """Take a token; from a page of our own only, so that nobody is signed in unawares."""
        if is_cross_site(self.request.headers):
            self._ask()
        else:
            self._enter(self.get_body_argument(_TOKEN, ""))

    def _enter(self, token: str) -> None:
        cookie = self._admission.cookie(token)
        if cookie is None:
            self._ask(refused=True)
            return
        secure = _HTTPS in {self.request.protocol, self.request.headers.get("X-Forwarded-Proto")}
        self.set_cookie(
            COOKIE, cookie, path=self._start, expires_days=COOKIE_DAYS,
            httponly=True, samesite="Lax", secure=secure,
        )  # fmt: skip
        view = urlencode([pair for pair in parse_qsl(self.request.query) if pair[0] != _TOKEN])
        # Always to the page itself: a path that was asked for may lead elsewhere.
        self.redirect(f"{self._start}?{view}" if view else self._start, status=HTTPStatus.SEE_OTHER)

    def _ask(self, *, refused: bool = False) -> None:
        with_token = bool(self._admission.holders)
        self.set_status(HTTPStatus.UNAUTHORIZED if with_token else HTTPStatus.FORBIDDEN)
        if with_token:
            self.set_header("WWW-Authenticate", "Bearer")
        self.finish(self._page("sign_in.html", {"with_token": with_token, "refused": refused}))


class SignOutHandler(_DoorHandler):
    """Takes the cookie back; asked by a form, so that no link signs anybody out unawares."""

    def get(self) -> None:
        """Ask whether it is meant."""
        self._say(signed_out=False)

    head = get

    def post(self) -> None:
        """Take it back, if a page of our own asks."""
        own = not is_cross_site(self.request.headers)
        if own:
            self.clear_cookie(COOKIE, path=self._start)
        self._say(signed_out=own)

    def _say(self, *, signed_out: bool) -> None:
        self.finish(self._page("sign_out.html", {"signed_out": signed_out}))
