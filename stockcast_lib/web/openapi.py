"""The OpenAPI 3.1 document of a table of calls."""

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from stockcast_lib import __version__
from stockcast_lib.core.tokens import ALWAYS_ASKED, Right
from stockcast_lib.web.calls import JSON, Answer, Call
from stockcast_lib.web.problems import ASK_AGAIN, PROBLEM_TYPE
from stockcast_lib.web.schemas import ProblemDocument

TakesToken = Callable[[Right], bool]
_REFERENCE = "#/components/schemas/{model}"
_TEXT = {"type": "string"}
_CACHING = {
    "ETag": {"description": "Strong: names these very bytes.", "schema": _TEXT},
    "Cache-Control": {
        "description": "How long the answer may be kept.", "required": True, "schema": _TEXT,
    },
}  # fmt: skip
_RETRY_AFTER = {
    "description": "Seconds after which to ask again.",
    "required": True,
    "schema": {"type": "integer", "minimum": 1},
}
_ALLOW = {"description": "The methods that the path has.", "required": True, "schema": _TEXT}
_BEARER = {
    "type": "http",
    "scheme": "bearer",
    "description": "Publishing, promoting and challenging need one with the right that each names; "
    "reading and forecasting do where this Stockcast is set so.",
}
_CHALLENGE = {"description": "Which kind of token.", "required": True, "schema": _TEXT}
_IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of the answer that you have: 304 if it still holds.",
    "schema": _TEXT,
}
_PROBLEM_EXAMPLE = {
    "type": "/problems/invalid-request",
    "title": "Unprocessable Content",
    "status": 422,
    "detail": "The request is not valid: days must be a whole number from 1 to 10000.",
    "fields": [{"field": "days", "message": "must be a whole number from 1 to 10000"}],
}


def openapi_document(
    calls: Iterable[Call], prefix: str = "", takes_token: TakesToken = ALWAYS_ASKED.__contains__
) -> dict[str, Any]:
    """The document: paths from the calls, schemas from the models that they validate with.

    Args:
        calls: the API's.
        prefix: under which a proxy shows it.
        takes_token: whether only who has a right may use it.
    """
    calls = tuple(calls)
    schemas = _Schemas(calls)
    paths: dict[str, dict[str, Any]] = {}
    for call in calls:
        operation = _operation(call, schemas) | _security(call, takes_token)
        at = paths.setdefault(call.path, {})
        at[call.method.lower()] = operation
        if call.method == "GET":
            at["head"] = _without_bodies(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Stockcast",
            "version": __version__,
            "description": "Stock forecasts from notebooks, with what they are worth.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": prefix or "/"}],
        "paths": paths,
        "components": {
            "schemas": schemas.definitions,
            "responses": _refused(schemas),
            "securitySchemes": {"bearer": _BEARER},
        },
        # None is enough.
        "security": [{}, {"bearer": []}],
    }


def _refused(schemas: "_Schemas") -> dict[str, Any]:
    """Of requests that are no call, of which no operation speaks; named as HTTP names them."""
    told = {
        HTTPStatus.BAD_REQUEST: "What was sent is no HTTP request.",
        HTTPStatus.NOT_FOUND: "The API has no such path.",
        HTTPStatus.METHOD_NOT_ALLOWED: "The path has no such method.",
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is larger than any request is.",
        HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: "The URL or the headers are.",
    }
    return {
        response_name(status): {**_problem(status, schemas), "description": description}
        for status, description in told.items()
    }


def response_name(status: int) -> str:
    """What the answer to a request that is no call is named in the document."""
    return "".join(word for word in HTTPStatus(status).name.title() if word != "_")


class _Schemas:
    """The models of all calls, each defined once."""

    def __init__(self, calls: Iterable[Call]) -> None:
        taken = {call.body for call in calls if call.body}
        given = {each.model for call in calls for each in call.answers.values() if each.model}
        modes: list[tuple[type[BaseModel], Any]] = [
            *((model, "validation") for model in sorted(taken, key=lambda each: each.__name__)),
            *((model, "serialization") for model in sorted(given, key=lambda each: each.__name__)),
            (ProblemDocument, "serialization"),
        ]
        self._references, definitions = models_json_schema(modes, ref_template=_REFERENCE)
        self.definitions: dict[str, Any] = definitions.get("$defs", {})

    def body(self, model: type[BaseModel]) -> Any:
        """A reference to what a call takes."""
        return self._references[model, "validation"]

    def answer(self, model: type[BaseModel]) -> Any:
        """A reference to what a call gives."""
        return self._references[model, "serialization"]


def _operation(call: Call, schemas: _Schemas) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": operation_id(call.method, call.path),
        "summary": call.summary,
        "tags": [call.tag],
        "parameters": [*_path_parameters(call), *_query_parameters(call), *_headers(call)],
        "responses": {
            **{
                str(int(status)): _success(call, each, schemas)
                for status, each in call.all_answers.items()
            },
            **{str(status): _problem(status, schemas) for status in call.all_problems},
        },
    }
    if call.body:
        media: dict[str, Any] = {"schema": schemas.body(call.body)}
        if call.example is not None:
            media["example"] = call.example
        operation["requestBody"] = {"required": True, "content": {JSON: media}}
    return operation


def _security(call: Call, takes_token: TakesToken) -> dict[str, Any]:
    """The right that a call takes; without a token, too, where none is asked for it."""
    if call.right is None:
        return {"security": [{}]}
    with_right = {"bearer": [call.right]}
    return {"security": [with_right] if takes_token(call.right) else [{}, with_right]}


def operation_id(method: str, path: str) -> str:
    """What a call is named in the document."""
    parts = [part.strip("{}").replace(".", "_") for part in path.split("/") if part]
    return "_".join([method.lower(), *(parts or ["root"])])


def _path_parameters(call: Call) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "pattern": it}}
        for name, it in call.parts.items()
    ]


def _query_parameters(call: Call) -> list[dict[str, Any]]:
    schema = call.query.model_json_schema()
    definitions = schema.get("$defs", {})
    return [
        {
            "name": name,
            "in": "query",
            "required": False,
            "description": each.get("description", ""),
            "schema": _plain(each, definitions),
        }
        for name, each in schema.get("properties", {}).items()
    ]


def _headers(call: Call) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "header",
            "required": False,
            "description": each["description"],
            "schema": {"type": "string", "pattern": each["pattern"]},
        }
        for name, each in call.headers.items()
    ] + ([_IF_NONE_MATCH] if call.revalidated else [])


def _plain(schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """A parameter's schema without references, which few tools follow there."""
    kept = {name: value for name, value in schema.items() if name not in {"description", "title"}}
    reference = kept.pop("$ref", None)
    return {**definitions[reference.rpartition("/")[2]], **kept} if reference else kept


def _success(call: Call, answer: Answer, schemas: _Schemas) -> dict[str, Any]:
    media: dict[str, Any] = {}
    if answer.model:
        media["schema"] = schemas.answer(answer.model)
    if answer.example is not None:
        media["example"] = answer.example
    links = {
        operation_id(method, path): {
            "operationId": operation_id(method, path),
            "parameters": {"job_id": "$response.body#/id"},
        }
        for method, path in answer.leads_to
    }
    success: dict[str, Any] = {"description": answer.description}
    headers = dict(_CACHING) if call.revalidated else {}
    if answer.location:
        told = {"description": answer.location, "required": True, "schema": _TEXT}
        headers["Location"] = told
    if headers:
        success["headers"] = headers
    if answer.media:
        success["content"] = {answer.media: media}
    return {**success, "links": links} if links else success


def _problem(status: int, schemas: _Schemas) -> dict[str, Any]:
    media: dict[str, Any] = {"schema": schemas.answer(ProblemDocument)}
    if status == HTTPStatus.UNPROCESSABLE_ENTITY:
        media["example"] = _PROBLEM_EXAMPLE
    found = {"description": HTTPStatus(status).phrase, "content": {PROBLEM_TYPE: media}}
    if status in ASK_AGAIN:
        return {**found, "headers": {"Retry-After": _RETRY_AFTER}}
    if status == HTTPStatus.UNAUTHORIZED:
        return {**found, "headers": {"WWW-Authenticate": _CHALLENGE}}
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        return {**found, "headers": {"Allow": _ALLOW}}
    return found


def _without_bodies(operation: dict[str, Any]) -> dict[str, Any]:
    responses = {
        status: {name: value for name, value in answer.items() if name != "content"}
        for status, answer in operation["responses"].items()
    }
    return {**operation, "operationId": f"head_{operation['operationId']}", "responses": responses}
