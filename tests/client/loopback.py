"""A server that answers each request with the next step of a script, faults among them."""

import contextlib
import json
import socket
import struct
import threading
import time
from dataclasses import dataclass

from stockcast_lib.client.pauses import Pauses
from tests.factories import forecast_result

ID = "a" * 32
JOB = {
    "id": ID,
    "state": "queued",
    "stage": "ingest",
    "progress": None,
    "request": {"ticker": "TEST", "days": 3, "model": "default", "params": {}},
    "createdAt": "2026-01-05T00:00:00+00:00",
    "updatedAt": "2026-01-05T00:00:00+00:00",
    "error": None,
    "lastError": None,
    "links": {"self": f"/api/v1/forecasts/{ID}"},
    "result": None,
    "field of a later version": 1,
}
DONE = {**JOB, "state": "done", "stage": "forecast", "result": forecast_result().to_document()}


@dataclass(frozen=True)
class Asked:
    """One request as it came in; the names of its headers are small letters."""

    method: str
    path: str
    headers: dict
    body: bytes


class Loopback:
    """Takes one request a connection."""

    def __init__(self):
        self.script = []
        self.asked = []
        self.over = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def play(self, *steps):
        self.script += steps

    def close(self):
        self.over.set()
        # A close alone does not wake whoever accepts.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(10)

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._answer, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _answer(self, connection):
        # The client may be gone.
        with connection, contextlib.suppress(OSError):
            self.asked.append(_read(connection))
            step = self.script.pop(0) if len(self.script) > 1 else self.script[0]
            step(self, connection)


def _read(connection):
    with connection.makefile("rb") as file:
        method, path, _ = file.readline().decode().split()
        headers = {}
        while line := file.readline().decode().strip():
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        body = file.read(int(headers.get("content-length", 0)))
    return Asked(method, path, headers, body)


def answer(status=200, body=JOB, media="application/json", **headers):
    """A whole answer."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    told = {"content-type": media, "content-length": len(content), "connection": "close"}
    told |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    message = f"HTTP/1.1 {status} x\r\n{lines}\r\n".encode() + content
    return lambda _server, connection: connection.sendall(message)


def problem(status, code, detail="It is so.", members=(), **headers):
    """A problem document."""
    body = {"type": f"/problems/{code}", "title": "x", "status": status, "detail": detail}
    return answer(status, {**body, **dict(members)}, "application/problem+json", **headers)


def stream(*parts, media="text/event-stream", hold=False):
    """A chunked stream that is broken off after its parts, or says no more."""

    def step(server, connection):
        head = f"HTTP/1.1 200 x\r\ncontent-type: {media}\r\ntransfer-encoding: chunked\r\n\r\n"
        connection.sendall(head.encode())
        for part in parts:
            data = part.encode()
            connection.sendall(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        if hold:
            server.over.wait(20)

    return step


def event(state, number, stage="forecast", cell=None, name="state"):
    """An event of the job."""
    told = {"cell": cell, "cells": 9} if cell else None
    data = json.dumps({"id": ID, "state": state, "stage": stage, "progress": told})
    return f"event: {name}\nid: {number}\ndata: {data}\n\n"


def reset(_server, connection):
    """The connection is reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def silent(server, _connection):
    """Nothing is answered."""
    server.over.wait(20)


def trickle(server, connection):
    """An answer that goes on without an end."""
    connection.sendall(b"HTTP/1.1 200 x\r\ncontent-type: application/json\r\n")
    connection.sendall(b"content-length: 1000000\r\n\r\n")
    while not server.over.wait(0.02):
        connection.sendall(b" ")


def cut_short(_server, connection):
    """An answer that ends too early."""
    connection.sendall(b"HTTP/1.1 200 x\r\ncontent-length: 500\r\n\r\n{")


class Time:
    """A clock that pauses put forward, so that nobody waits for them."""

    def __init__(self):
        self.slept = []

    def sleep(self, seconds):
        assert seconds >= 0
        self.slept.append(seconds)

    def now(self):
        return time.monotonic() + sum(self.slept)

    def pauses(self, **changes):
        return Pauses(sleep=self.sleep, clock=self.now, **changes)
