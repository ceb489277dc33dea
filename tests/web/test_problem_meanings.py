"""Every problem's `type` leads to what it means."""

import ast
from http import HTTPStatus
from pathlib import Path

import pytest

import stockcast_lib.web
from stockcast_lib.core import errors
from stockcast_lib.web.problem_meanings import MEANINGS, codes_with, meaning_of

_SOURCES = Path(stockcast_lib.web.__file__).parent.rglob("*.py")


def _errors(root=errors.StockcastError):
    yield root.code
    for child in root.__subclasses__():
        yield from _errors(child)


def _written():
    """Status and code of each `problem(status, "code", …)` in the package."""
    for path in _SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "problem":
                status, code = node.args[:2]
                if isinstance(code, ast.Constant):
                    yield ast.literal_eval(status), code.value


WRITTEN = sorted(set(_written()))


@pytest.mark.parametrize("code", sorted({*_errors(), *(code for _, code in WRITTEN)}))
def test_every_code_that_can_be_sent_has_its_page(get, code):
    answer = get(f"/problems/{code}")
    assert answer.status == 200
    assert MEANINGS[code].says.replace("`", "").split(";")[0] in (
        answer.body.decode().replace("<code>", "").replace("</code>", "").replace("&#x27;", "'")
    )


def test_codes_are_found_where_they_are_written():
    assert {(413, "body-too-large"), (400, "not-json"), (503, "not-ready")} <= set(WRITTEN)


@pytest.mark.parametrize(("status", "code"), WRITTEN)
def test_a_code_is_sent_with_the_status_that_its_page_names(status, code):
    assert MEANINGS[code].status == status


@pytest.mark.parametrize("status", [each for each in HTTPStatus if 400 <= each < 500])
def test_what_http_itself_refuses_has_a_page_too(get, status):
    assert get(f"/problems/http-{int(status)}").status == 200


@pytest.mark.parametrize(
    "code", ["none", "http-200", "http-999", "http-", "%3Cscript%3E", "INTERNAL"]
)
def test_a_code_that_is_none_is_not_found(ask, code):
    status, headers, problem = ask(f"/problems/{code}")
    assert (status, headers["Content-Type"]) == (404, "application/problem+json")
    assert problem["type"] == "/problems/http-404"
    assert meaning_of("http-404")


def test_the_type_of_a_real_problem_leads_to_its_page(ask, get):
    _, _, problem = ask("/api/v1/forecasts?wait=x", {"ticker": "A", "days": 1})
    assert get(problem["type"]).status == 200


def test_codes_are_listed_by_status():
    assert "unknown-ticker" in codes_with(404)
    assert "unknown-ticker" not in codes_with(500)
