"""What a call of the API is: its handler and its document come from the same row."""

import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, ClassVar

from pydantic import BaseModel
from tornado.web import Finish, HTTPError

from stockcast_lib.core.errors import StockcastError
from stockcast_lib.core.tokens import Right
from stockcast_lib.core.traceparent import known_traceparent
from stockcast_lib.ports import SpanKind, Tracer
from stockcast_lib.web.admitting import admit
from stockcast_lib.web.base import Handler
from stockcast_lib.web.problems import problem_from
from stockcast_lib.web.schemas import NoQuery

JSON, HTML, TEXT = "application/json", "text/html", "text/plain"
EVENTS = "text/event-stream"
OPERATIONS = "operations"
TRACEPARENT = "Traceparent"
# What a call's span has of what is in its line in the log.
_NOTED = ("job", "ticker", "model", "revision")
# Parts of paths, and what they are called in the log.
_LOGGED = {"job_id": "job", "name": "model", "revision": "revision"}
# Any call may be malformed, too large, or find Stockcast broken.
_ALWAYS = (HTTPStatus.BAD_REQUEST, HTTPStatus.INTERNAL_SERVER_ERROR)
# Whoever may not call, or too often.
_REFUSED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS)


@dataclass(frozen=True)
class Answer:
    """One kind of success.

    Attributes:
        description: what it means.
        model: of a JSON body; None where the body is something else, or there is none.
        media: of the body; None where there is none.
        example: of the body, as JSON values.
        leads_to: operations on the job that the body names, by method and path.
        location: what its header `Location` leads to; None where there is none.
    """

    description: str
    model: type[BaseModel] | None = None
    media: str | None = JSON
    example: Any = None
    leads_to: tuple[tuple[str, str], ...] = ()
    location: str | None = None


_UNCHANGED = Answer("What the caller has still holds: nothing is sent.", media=None)


@dataclass(frozen=True)
class Call:
    """One row of the API's table.

    Attributes:
        method: GET, POST or DELETE; HEAD comes with GET.
        path: with `{name}` for its parts that vary.
        run: answers it: given the handler, the checked query, and the path's parts by name.
        summary: one line for the document.
        answers: by status.
        problems: statuses of the problem documents that the call itself may answer with.
        query: its query parameters.
        body: its JSON body, as documented; `run` checks it.
        example: of a body.
        parts: patterns of the path's parts.
        headers: request headers that it heeds, each with its schema and description.
        tag: under which the document lists it.
        right: that its caller must have where a token is asked for it; None for what everybody
            may always call. It has no default, so that no call is open by oversight.
    """

    method: str
    path: str
    run: Callable[..., Awaitable[None]]
    summary: str
    answers: Mapping[int, Answer]
    problems: tuple[int, ...] = ()
    query: type[BaseModel] = NoQuery
    body: type[BaseModel] | None = None
    example: Any = None
    parts: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    tag: str = "forecasts"
    right: Right | None = field(kw_only=True)

    @property
    def revalidated(self) -> bool:
        """Whether its answer has an ETag, by which a caller may ask whether it still holds."""
        found = self.answers.get(HTTPStatus.OK)
        return self.method == "GET" and found is not None and found.media != EVENTS

    @property
    def all_answers(self) -> Mapping[int, Answer]:
        """Those of the call, and that nothing has changed since the caller asked before."""
        return (
            {**self.answers, HTTPStatus.NOT_MODIFIED: _UNCHANGED}
            if self.revalidated
            else self.answers
        )

    @property
    def all_problems(self) -> tuple[int, ...]:
        """Those of the call, and those that any call may answer with."""
        with_body = (HTTPStatus.REQUEST_ENTITY_TOO_LARGE,) if self.body else ()
        with_query = (HTTPStatus.UNPROCESSABLE_ENTITY,) if self.query.model_fields else ()
        refused = _REFUSED if self.right else ()
        return tuple(sorted({*self.problems, *_ALWAYS, *with_body, *with_query, *refused}))


def handler_for(calls: tuple[Call, ...]) -> type[Handler]:
    """The handler of one path, with a method for each of its calls."""
    methods = {call.method.lower(): _method(call) for call in calls}
    by_method = {call.method: call for call in calls}
    return type("Path", (PathHandler,), {**methods, "calls": by_method, "route": calls[0].path})


class PathHandler(Handler):
    """What the handlers of all paths share: which methods theirs has."""

    calls: ClassVar[Mapping[str, Call]] = {}

    def methods(self) -> list[str]:
        """See `Handler.methods`."""
        return [each for each in self.SUPPORTED_METHODS if _answered_by(each) in self.calls]

    def options(self, **_parts: str) -> None:
        """Tell the browser of a named site's page what it may send; nobody else asks."""
        if not self.is_named:
            raise HTTPError(HTTPStatus.METHOD_NOT_ALLOWED)
        self.tell_what_may_be_sent(self.methods())


def _answered_by(method: str) -> str:
    return "GET" if method == "HEAD" else method


def _method(call: Call) -> Callable[..., Awaitable[None]]:
    async def answer(self: Handler, **parts: str) -> None:
        self.subject |= {_LOGGED[name]: part for name, part in parts.items() if name in _LOGGED}
        with _span(self, call):
            if call.right:
                await admit(self, call.right)
            await call.run(self, self.query(call.query), **parts)

    return answer


@contextmanager
def _span(here: Handler, call: Call) -> Iterator[None]:
    """One around a call, with how it ends; none around what is asked all day by machines."""
    tracer: Tracer = here.application.settings["tracer"]
    if call.tag == OPERATIONS:
        yield
        return
    method, parent = here.request.method, known_traceparent(here.request.headers.get(TRACEPARENT))
    name = f"{method} {call.path}"
    with tracer.span(name, SpanKind.SERVER, parent, method=method, route=call.path) as span:
        if span.trace_id is not None:
            here.subject["trace_id"] = span.trace_id
        try:
            yield
        finally:
            status = _status(here, sys.exception())
            span.note(status=status, **{name: here.subject.get(name) for name in _NOTED})
            # An error that has a code says more, and is told by it.
            if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                span.failed(str(status))


def _status(here: Handler, error: BaseException | None) -> int:
    """Of the answer, which an error that is on its way has yet to make."""
    if isinstance(error, StockcastError):
        return problem_from(error.report()).status
    if isinstance(error, HTTPError):
        return error.status_code
    broke = isinstance(error, Exception) and not isinstance(error, Finish)
    return HTTPStatus.INTERNAL_SERVER_ERROR if broke else here.get_status()
