"""Errors on their way out of a notebook, where only a name and a text survive."""

import pytest

from stockcast_lib.core.errors import (
    ErrorReport,
    Fault,
    NotebookFailed,
    StockcastError,
    Throttled,
    UnknownTicker,
    error_from_name,
    error_from_report,
)


def as_read(error):
    return error_from_name(type(error).__name__, str(error))


@pytest.mark.parametrize(
    "error",
    [
        UnknownTicker("No such one."),
        UnknownTicker("No such one.", nearest=["AAPL", "APLE"]),
        Throttled("Ask again later.", retry_after=30),
        Throttled("Ask again later.", retry_after=2.5, vendor={"name": "a\nb", "é": None}),
        NotebookFailed("Two\nlines.", message="of a detail", self=1),
        NotebookFailed('One line.\n{"not": closed'),
        StockcastError("[1]"),
        StockcastError(""),
    ],
    ids=repr,
)
def test_an_error_comes_out_of_a_notebook_as_it_was_raised(error):
    read = as_read(error)
    assert type(read) is type(error)
    assert read.report() == error.report()


def test_an_error_without_details_reads_as_its_message():
    assert str(Throttled("Ask again later.")) == "Ask again later."


@pytest.mark.parametrize("seconds", [float("nan"), float("inf")])
def test_details_that_are_no_json_do_not_travel(seconds):
    assert as_read(Throttled("Later.", retry_after=seconds)).details == {}


def test_details_of_any_type_can_be_shown():
    assert "object" in str(StockcastError("Odd.", what=object()))


def test_an_error_of_another_s_is_none_of_ours():
    assert error_from_name("ZeroDivisionError", "division by zero") is None


def test_a_report_s_details_may_have_any_name():
    details = {"message": "a", "self": "b", "code": "c"}
    report = ErrorReport(
        code="throttled", message="Later.", fault=Fault.VENDOR, retryable=True, details=details
    )
    assert error_from_report(report).report() == report
