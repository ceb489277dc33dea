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
_HERE = JOB["links"]["self"]
_EVIDENCE = ("chart.png", "chart.json", "data.csv", "notebook", "notebook.ipynb")
DONE: dict[str, Any] = {
    **JOB,
    "state": "done",
    "progress": None,
    "request": {**JOB["request"], "days": 2},
    "links": {"self": _HERE, **{name: f"{_HERE}/{name}" for name in _EVIDENCE}},
    "result": {
        "schemaVersion": 1,
        "ticker": "AAPL",
        "days": 2,
        "asOf": "2026-01-02",
        "targetDate": "2026-01-05",
        "lastPrice": 134.25,
        "price": 134.5,
        "lower": 132.0,
        "upper": 137.0,
        "interval": 0.8,
        "bands": [{"level": 0.8, "lower": 132.0, "upper": 137.0}],
        "path": [{"date": "2026-01-05", "price": 134.5, "lower": 132.0, "upper": 137.0}],
        "baseline": {"name": "naive", "price": 134.25},
        "skill": None,
        "coverage": {"level": 0.8, "held": 34, "windows": 40},
        "model": {"name": "default", "engine": "exact", "params": {}, "revision": None},
        "dataVersion": "prices/AAPL/20260104T120000.000000Z-0123456789abcdef0123456789abcdef.json",
        "vendor": "tiingo",
        "sample": False,
        "fetchedAt": "2026-01-04T12:00:00Z",
        "stale": False,
        "basis": "",
        "notes": [],
    },
}
EVENT = """event: progress
id: 1767605401000-0
data: {"id": "abcdefghijklmnopqrstuvwxyz234567", "state": "running", "stage": "forecast", \
"progress": {"cell": 3, "cells": 5}, "position": null, "expectedSeconds": null}

"""
_SCORES = {
    "trialSet": "0123abcd",
    "days": 30,
    "level": 0.8,
    "error": 6.1,
    "naiveError": 6.2,
    "held": 1,
    "trials": [
        {"ticker": "AAPL", "asOf": "2012-09-14", "error": 6.1, "naiveError": 6.2, "held": True}
    ],
}
_COMPARISON = {"champion": "default@builtin", "gain": 0.01, "pValue": 0.4, "standing": "same"}
REVISION: dict[str, Any] = {
    "name": "trend",
    "revision": "0123456789abcdef",
    "author": "ada",
    "publishedAt": "2026-01-05T09:30:00Z",
    "versions": {"python": "3.11.9", "stockcast": "0.2.0"},
    "parameters": {"days": 90},
    "extras": [],
    "scores": _SCORES,
    "comparison": _COMPARISON,
}
PROMOTION: dict[str, Any] = {
    "name": "trend",
    "revision": "0123456789abcdef",
    "previous": None,
    "at": "2026-01-05T09:31:00Z",
    "by": "ada",
    "because": None,
    "comparison": _COMPARISON,
}
CHALLENGE: dict[str, Any] = {
    "name": "trend",
    "revision": "fedcba9876543210",
    "at": "2026-01-05T09:40:00Z",
    "by": "ada",
}
MODELS = {
    "models": [
        {
            "name": "trend",
            "current": "0123456789abcdef",
            "revisions": [REVISION],
            "promotions": [PROMOTION],
            "challenger": "fedcba9876543210",
            "dropped": 0,
            "challenges": [CHALLENGE],
        }
    ]
}
SYMBOLS = {"symbols": [{"ticker": "AAPL", "name": "Apple Inc.", "exchange": "NASDAQ"}]}
HEALTH = {"status": "ok"}
READINESS = {"status": "ready", "checks": ["forecast worker", "ingest worker", "redis", "s3"]}
OLD_ANSWER = {
    "message": "The predicted price for AAPL for 45 days from now is $139.78",
    "graph": "iVBORw0KGgo…",
}
SCORES = {
    "schemaVersion": 1,
    "scoredAt": "2026-01-05T03:00:00Z",
    "forecasts": 812,
    "scored": 640,
    "withoutPrices": [],
    "scores": [
        {
            "model": "default",
            "revision": "1f2e3d4c5b6a7988+0.2.0",
            "tuned": False,
            "sessions": 21,
            "forecasts": 310,
            "asChallenger": 0,
            "tickers": 24,
            "periods": 11,
            "firstAsOf": "2024-11-04",
            "lastAsOf": "2025-12-01",
            "error": 3.9,
            "naiveError": 4.0,
            "ratio": 0.975,
            "bias": 0.2,
            "coverage": {"level": 0.8, "held": 251, "forecasts": 310},
            "drift": None,
            "pValue": 0.31,
            "standing": "same",
        }
    ],
}
