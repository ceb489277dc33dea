"""How a forecast was made, as names and values."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from stockcast_lib.core.jobs import Job
from stockcast_lib.core.model_config import ModelConfig
from stockcast_lib.core.results import ForecastResult
from stockcast_lib.dashboard.reader import Reader

_LONGEST = 100


@dataclass(frozen=True)
class Facts:
    """Names and values under a heading."""

    heading: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Parameter:
    """A parameter of the model.

    Attributes:
        value, default: as JSON, which is how the command line takes them.
        is_set: whether it was asked for, or differs from its default.
    """

    name: str
    value: str
    default: str
    is_set: bool


def facts_of(result: ForecastResult, job: Job, reader: Reader) -> list[Facts]:
    """What result and job tell."""
    days = "1 day" if result.days == 1 else f"{reader.number(result.days)} days"
    fetched = _moment(result.fetched_at, reader) if result.fetched_at else "not known"
    model = result.model
    return [
        Facts("Request", (
            ("Ticker", result.ticker),
            ("Horizon", f"{days}, to {reader.weekday(result.target_date)}"),
            ("Band", reader.level(result.interval)),
            ("Asked for", _moment(job.created_at, reader)),
        )),
        Facts("Prices", (
            ("Vendor", "sample data" if result.sample else result.vendor),
            ("Last session", reader.weekday(result.as_of)),
            ("Fetched", fetched),
            ("Data version", result.data_version),
        )),
        Facts("Model", (
            ("Name", model.name),
            ("Revision", model.revision or "not known"),
            ("Engine", model.engine),
            ("Made of", reader.sentence(result.basis) or "the model alone"),
        )),
    ]  # fmt: skip


def run_facts(executed: bytes | None, job: Job, reader: Reader) -> list[Facts]:
    """The run and, as the executed notebook tells, when it was and with which libraries.

    Args:
        executed: the notebook, which may hold anything; None while it is not there.
        job: whose run it was.
        reader: of it.
    """
    metadata = _metadata(executed) if executed is not None else {}
    run = Facts("Run", (("Job", job.id), *_times(_part(metadata, "papermill"), reader)))
    return [run, *_libraries(_part(_part(metadata, "stockcast"), "versions"))]


def parameters_of(result: ForecastResult, job: Job) -> list[Parameter]:
    """All parameters, those that were set first."""
    defaults = ModelConfig().model_dump(mode="json")
    asked = job.request.params.overrides()
    listed = [
        Parameter(
            name,
            json.dumps(value),
            json.dumps(defaults.get(name)),
            is_set=name in asked or value != defaults.get(name),
        )
        for name, value in result.model.params.items()
    ]
    return sorted(listed, key=lambda each: not each.is_set)


def _metadata(executed: bytes) -> Mapping[str, Any]:
    try:
        document = json.loads(executed)
    except (ValueError, RecursionError):
        return {}
    return _part(document, "metadata")


def _part(document: Any, name: str) -> Mapping[str, Any]:
    part = document.get(name) if isinstance(document, Mapping) else None
    return part if isinstance(part, Mapping) else {}


def _times(papermill: Mapping[str, Any], reader: Reader) -> tuple[tuple[str, str], ...]:
    started, took = papermill.get("start_time"), papermill.get("duration")
    lines = []
    if isinstance(started, str):
        try:
            lines.append(("Started", _moment(datetime.fromisoformat(started), reader)))
        except ValueError:
            lines.append(("Started", started[:_LONGEST]))
    if isinstance(took, int | float):
        lines.append(("Took", f"{reader.number(took, 1)} s"))
    return tuple(lines)


def _libraries(versions: Mapping[str, Any]) -> list[Facts]:
    told = tuple(
        (name[:_LONGEST], version[:_LONGEST])
        for name, version in versions.items()
        if isinstance(version, str)
    )
    return [Facts("Libraries", told)] if told else []


def _moment(moment: datetime, reader: Reader) -> str:
    # One without a zone, as a notebook may hold, is taken as it is written.
    known = moment.astimezone(UTC) if moment.tzinfo else moment
    return f"{reader.day(known.date())}, {known:%H:%M} UTC"
