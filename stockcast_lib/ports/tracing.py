"""What a request leads to, told as spans while it happens.

A span is a named stretch of time with some attributes and the span that led to it; all that one
request leads to, in whatever process, is one trace. A call here takes microseconds, never waits and
never raises: the work that it is about goes first.

Attributes are ids, names, codes and numbers, never a value of somebody's data, a cell's source or
an error's text.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from enum import StrEnum
from typing import Protocol

from stockcast_lib.core.errors import StockcastError

Attribute = str | int | float | bool | None


class SpanKind(StrEnum):
    """Which end of which road a span stands at."""

    SERVER = "server"
    CLIENT = "client"
    CONSUMER = "consumer"
    INTERNAL = "internal"


class Span(Protocol):
    """One that is under way."""

    @property
    def traceparent(self) -> str | None:
        """How another process names it, if it is recorded at all."""

    @property
    def trace_id(self) -> str | None:
        """Its trace's."""

    def note(self, **attributes: Attribute) -> None:
        """Add attributes; None is left out."""

    def failed(self, code: str) -> None:
        """What it is about went wrong; the error's code says how."""

    def ended_by(self, error: StockcastError) -> None:
        """It ended with an error, and so has failed, unless that is the caller's fault."""


class Tracer(Protocol):
    """Begins a process's spans."""

    def span(
        self,
        name: str,
        kind: SpanKind = SpanKind.INTERNAL,
        parent: str | None = None,
        **attributes: Attribute,
    ) -> AbstractContextManager[Span]:
        """One that lasts as long as the context, in which it is the current one.

        It is `ended_by` a `StockcastError` that leaves the context.

        Args:
            name: of few that there are.
            kind: which end it is.
            parent: the `traceparent` of the one that led to it; without one the current one.
            attributes: what it is about.
        """

    def note(self, **attributes: Attribute) -> None:
        """Add attributes to the current span, if there is one."""

    def past(
        self, name: str, seconds: float, error: str | None = None, **attributes: Attribute
    ) -> None:
        """A span below the current one that ends now.

        Args:
            name: of few that there are.
            seconds: that it took.
            error: the code of what went wrong.
            attributes: what it is about.
        """

    def close(self) -> None:
        """Send what is left, within a second; what cannot be sent is dropped."""


class Untraced:
    """Both ports where nobody traces."""

    traceparent: str | None = None
    trace_id: str | None = None

    @contextmanager
    def span(
        self,
        name: str,  # noqa: ARG002 - as in the port
        kind: SpanKind = SpanKind.INTERNAL,  # noqa: ARG002
        parent: str | None = None,  # noqa: ARG002
        **attributes: Attribute,  # noqa: ARG002
    ) -> Iterator[Span]:
        """See `Tracer.span`."""
        yield self

    def note(self, **attributes: Attribute) -> None:
        """See `Span.note` and `Tracer.note`."""

    def failed(self, code: str) -> None:
        """See `Span.failed`."""

    def ended_by(self, error: StockcastError) -> None:
        """See `Span.ended_by`."""

    def past(
        self, name: str, seconds: float, error: str | None = None, **attributes: Attribute
    ) -> None:
        """See `Tracer.past`."""

    def close(self) -> None:
        """See `Tracer.close`."""


UNTRACED = Untraced()
