"""The HTTP face as the chain's tests ask it, and the parts of a stack that they do harm to."""

import contextlib
import json
import threading
import time
import urllib.error
import urllib.request

import psutil


def call(url, body=None, method=None):
    data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, method=method)  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=90) as answer:  # noqa: S310
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read()


def ask(api, body, wait=60):
    status, _, answer = call(f"{api}/api/v1/forecasts?wait={wait}", body)
    return status, json.loads(answer)


def get(api, path):
    status, _, answer = call(f"{api}{path}")
    return status, json.loads(answer)


def problem(answer):
    """Status and document of an answer that must be a problem document."""
    status, headers, body = answer
    assert headers["Content-Type"] == "application/problem+json"
    document = json.loads(body)
    assert document["status"] == status
    return status, document


def until(condition, seconds=30):
    """What the condition gives once that is true."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)
    return found


def ended(api, job, seconds=60):
    """The job once it has ended."""

    def look():
        found = get(api, job["links"]["self"])[1]
        return found if found["state"] in ("done", "failed", "cancelled") else None

    return until(look, seconds)


def parts(stack, words):
    """The stack's own children whose command lines hold some words."""
    found = []
    for child in psutil.Process(stack.pid).children():
        with contextlib.suppress(psutil.NoSuchProcess):
            if words in " ".join(child.cmdline()):
                found.append(child)
    return found


@contextlib.contextmanager
def frozen(stack, words):
    """The part hangs: it keeps its connections, and answers nothing."""
    (part,) = parts(stack, words)
    part.suspend()
    try:
        yield part
    finally:
        with contextlib.suppress(psutil.NoSuchProcess):
            part.resume()


@contextlib.contextmanager
def kept_away(stack, words):
    """The part is killed, and again whenever it has been restarted."""
    over = threading.Event()

    def kill():
        while not over.wait(0.02):
            for part in parts(stack, words):
                with contextlib.suppress(psutil.NoSuchProcess):
                    part.kill()

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        yield
    finally:
        over.set()
        killer.join()
