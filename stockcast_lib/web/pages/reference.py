"""The API's OpenAPI document as a page for people."""

import json
import re
import shlex
from collections import defaultdict
from collections.abc import Iterator
from html import escape
from typing import Any

from stockcast_lib.evidence.shell import page, table
from stockcast_lib.web.pages.problem import in_code
from stockcast_lib.web.pages.schema import fields, kind_of, limits_of
from stockcast_lib.web.problem_meanings import codes_with

_FIRST_PROBLEM = 400
_SHELL_NAMES = {"job_id": "$JOB", "name": "$NAME", "code": "$CODE", "revision": "$REVISION"}
_BINARY = re.compile(r"image/")
_EVENTS = "text/event-stream"


def reference_page(document: dict[str, Any]) -> str:
    """Every call with its parameters, bodies, answers, problems and a line for curl."""
    tags: dict[str, list[str]] = defaultdict(list)
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if method != "head":
                tags[operation["tags"][0]].append(_operation(method, path, operation))
    calls = "".join(f"<h2>{escape(tag.capitalize())}</h2>{''.join(of)}" for tag, of in tags.items())
    info = document["info"]
    title = f"{info['title']} API {info['version']}"
    return page(title, f"{_introduction(title, document)}<main>{calls}{_schemas(document)}</main>")


def _introduction(title: str, document: dict[str, Any]) -> str:
    prefix = document["servers"][0]["url"].rstrip("/")
    return (
        f"<header><h1>{escape(title)}</h1><p>{escape(document['info']['description'])}</p>"
        '<p>The same <a href="openapi.json">as an OpenAPI document</a>. Each GET answers HEAD, '
        "too. Whatever goes wrong is told as a problem document (RFC 9457), whose type leads to "
        "its meaning. For the lines for curl, name the server:</p>"
        f"<pre>STOCKCAST=http://localhost:8000{escape(prefix)}</pre></header>"
    )


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    inside = (
        ("Token", _token(operation)),
        ("Parameters", _parameters(operation.get("parameters", []))),
        ("Body", _body(operation)),
        ("Answers", _answers(operation["responses"])),
        ("Problems", _problems(operation["responses"])),
        ("With curl", f"<pre>{escape(_curl(method, path, operation))}</pre>"),
    )
    sections = "".join(f"<h3>{name}</h3>{html}" for name, html in inside if html)
    return (
        f'<details id="{escape(operation["operationId"])}"><summary>'
        f'<span class="method">{method.upper()}</span> <code>{escape(path)}</code><br>'
        f"{in_code(operation['summary'])}</summary>{sections}</details>"
    )


def _token(operation: dict[str, Any]) -> str:
    needed = _needed_rights(operation)
    return f"<p>With the right {in_code(' or '.join(needed))}.</p>" if needed else ""


def _needed_rights(operation: dict[str, Any]) -> list[str]:
    """Those of which a caller must have one; none where no token is needed."""
    ways = operation["security"]
    return [] if {} in ways else [right for way in ways for right in way["bearer"]]


def _parameters(parameters: list[dict[str, Any]]) -> str:
    rows = (
        (
            f"<code>{escape(each['name'])}</code> <span class='quiet'>in {each['in']}</span>",
            kind_of(each["schema"]),
            "; ".join(filter(None, (_told(each), limits_of(each["schema"])))),
        )
        for each in parameters
    )
    return table(("Name", "Value", "Meaning"), rows)


def _told(described: dict[str, Any]) -> str:
    return in_code(described.get("description", "").rstrip("."))


def _body(operation: dict[str, Any]) -> str:
    content = operation.get("requestBody", {}).get("content", {})
    return "".join(f"<p>{_media(name, each)}</p>{_example(each)}" for name, each in content.items())


def _media(name: str, content: dict[str, Any]) -> str:
    schema = f": {kind_of(content['schema'])}" if "schema" in content else ""
    return f"<code>{escape(name)}</code>{schema}"


def _example(content: dict[str, Any]) -> str:
    if "example" not in content:
        return ""
    return f"<pre>{escape(json.dumps(content['example'], indent=2))}</pre>"


def _answers(responses: dict[str, Any]) -> str:
    return "".join(_answer(status, each) for status, each in responses.items() if _good(status))


def _good(status: str) -> bool:
    return int(status) < _FIRST_PROBLEM


def _answer(status: str, response: dict[str, Any]) -> str:
    content = response.get("content", {})
    bodies = "".join(f" {_media(name, each)}" for name, each in content.items())
    examples = "".join(_example(each) for each in content.values())
    return f"<p><b>{status}</b> {in_code(response['description'])}{bodies}</p>{examples}"


def _problems(responses: dict[str, Any]) -> str:
    rows = (
        (status, escape(each["description"]), ", ".join(_codes(int(status))))
        for status, each in responses.items()
        if not _good(status)
    )
    return table(("Status", "", "Codes, one of which it has"), rows)


def _codes(status: int) -> Iterator[str]:
    # Of malformed requests Tornado says what HTTP says.
    codes = [*codes_with(status), *(["http-400"] if status == _FIRST_PROBLEM else [])]
    for code in codes:
        yield f'<a href="problems/{code}">{code}</a>'


def _curl(method: str, path: str, operation: dict[str, Any]) -> str:
    filled = re.sub(r"\{(\w+)\}", lambda part: _SHELL_NAMES.get(part[1], f"${part[1]}"), path)
    words = ["curl", *([] if method == "get" else ["-X", method.upper()])]
    found = [name for status, each in operation["responses"].items() if _good(status)
             for name in each.get("content", {})]  # fmt: skip
    if _needed_rights(operation):
        words += ["-H", '"Authorization: Bearer $TOKEN"']
    if _EVENTS in found:
        words.append("-N")
    if any(_BINARY.match(name) for name in found):
        words += ["-o", path.rpartition("/")[2]]
    words.append(f'"$STOCKCAST{filled}"')
    for name, each in operation.get("requestBody", {}).get("content", {}).items():
        words += ["-H", shlex.quote(f"Content-Type: {name}")]
        words += ["-d", shlex.quote(json.dumps(each.get("example", {})))]
    return " ".join(words)


def _schemas(document: dict[str, Any]) -> str:
    described = "".join(
        f'<section id="{escape(name)}"><h3>{escape(name)}</h3>'
        f"<p>{in_code(each.get('description', ''))}</p>{fields(each) or f'<p>{kind_of(each)}</p>'}"
        "</section>"
        for name, each in sorted(document["components"]["schemas"].items())
    )
    return f"<h2>Documents</h2>{described}"
