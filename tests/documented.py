"""Compares an answer of the gateway with the OpenAPI document."""

import gzip
import json
import re
from functools import cache
from http import HTTPStatus
from urllib.parse import urlsplit

from jsonschema import Draft202012Validator

from stockcast_lib.web.openapi import openapi_document, response_name
from stockcast_lib.web.routes import CALLS


@cache
def document():
    """The document as the gateway serves it."""
    return json.loads(json.dumps(openapi_document(CALLS)))


def check_documented(method, url, status, headers, body):
    """Fail unless the document has this status, its headers, media type and body for the call.

    Args:
        method: of the request; None for what is no request.
        url: its path, without a prefix; None for what is no request.
        status: answered.
        headers: answered.
        body: answered; None where it was not read to its end.
    """
    told = _told(method, url, status)
    assert told is not None, f"{method} {url}: {status} is not documented"
    for name, header in told.get("headers", {}).items():
        assert name in headers or not header.get("required"), f"{method} {url}: no {name}"
        if name in headers:
            number = header["schema"]["type"] == "integer"
            value = int(headers[name]) if number else headers[name]
            Draft202012Validator(header["schema"]).validate(value)
    if method == "HEAD" or "content" not in told:
        return
    media = headers["Content-Type"].partition(";")[0]
    assert media in told["content"], f"{method} {url}: {status} as {media} is not documented"
    schema = told["content"][media].get("schema")
    if schema is not None and body is not None:
        plain = gzip.decompress(body) if headers.get("Content-Encoding") == "gzip" else body
        whole = {**schema, "components": document()["components"]}
        Draft202012Validator(whole).validate(json.loads(plain))


def _told(method, url, status):
    """What the document says of the answer; of a request that is no call, for any such."""
    operation = _operation(method, urlsplit(url).path) if url else None
    if operation and str(status) in operation["responses"]:
        return operation["responses"][str(status)]
    refused = document()["components"]["responses"]
    return None if operation else refused.get(response_name(HTTPStatus(status)))


def _operation(method, path):
    for template, operations in document()["paths"].items():
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template))
        if re.fullmatch(pattern, path):
            return operations.get(method.lower())
    return None
