"""Compares an answer of the gateway with the OpenAPI document."""

import json
import re
from functools import cache
from urllib.parse import urlsplit

from jsonschema import Draft202012Validator

from stockcast_lib.web.openapi import openapi_document
from stockcast_lib.web.routes import CALLS

# Of requests that are no call, or not even HTTP, no operation can speak.
_OUTSIDE = {400, 404, 405, 408, 413, 431}


@cache
def document():
    """The document as the gateway serves it."""
    return json.loads(json.dumps(openapi_document(CALLS)))


def check_documented(method, url, status, headers, body):
    """Fail unless the document has this status, media type and body for the call."""
    operation = _operation(method, urlsplit(url).path)
    if operation is None:
        assert status in _OUTSIDE, f"{method} {url} is no call, and was answered {status}"
        assert headers["Content-Type"] == "application/problem+json"
        return
    told = operation["responses"].get(str(status))
    assert told is not None, f"{method} {url}: {status} is not documented"
    if method == "HEAD" or "content" not in told:
        return
    media = headers["Content-Type"].partition(";")[0]
    assert media in told["content"], f"{method} {url}: {status} as {media} is not documented"
    schema = told["content"][media].get("schema")
    if schema is not None:
        whole = {**schema, "components": document()["components"]}
        Draft202012Validator(whole).validate(json.loads(body))


def _operation(method, path):
    for template, operations in document()["paths"].items():
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template))
        if re.fullmatch(pattern, path):
            return operations.get(method.lower())
    return None
