"""Answers as the document shows them."""

from typing import Any

JOB: dict[str, Any] = {
    "id": "abcdefghijklmnopqrstuvwxyz234567",
    "state": "running",
    "stage": "forecast",
    "progress": {"cell": 3, "cells": 5},
    "position": None,
    "expectedSeconds": None,
    "request": {"ticker": "AAPL", "days": 90, "model": "default", "params": {}},
    "createdAt": "2026-01-05T09:30:00+00:00",
    "updatedAt": "2026-01-05T09:30:01+00:00",
    "error": None,
    "lastError": None,
    "links": {"self": "/api/v1/forecasts/abcdefghijklmnopqrstuvwxyz234567"},
    "result": None,
}
_NOT_LISTED = {"progress", "position", "expectedSeconds", "error", "lastError", "result"}
JOBS = {"forecasts": [{name: JOB[name] for name in JOB if name not in _NOT_LISTED}]}
EVENT = """event: progress
id: 1767605401000-0
data: {"id": "abcdefghijklmnopqrstuvwxyz234567", "state": "running", "stage": "forecast", \
"progress": {"cell": 3, "cells": 5}, "position": null, "expectedSeconds": null}

"""
SYMBOLS = {"symbols": [{"ticker": "AAPL", "name": "Apple Inc."}]}
HEALTH = {"status": "ok"}
OLD_ANSWER = {
    "message": "The predicted price for AAPL for 45 days from now is $139.78",
    "graph": "iVBORw0KGgo…",
}
