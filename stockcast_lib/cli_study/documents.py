"""A study as JSON values, named as in the HTTP API."""

import inspect
import math
from dataclasses import fields
from datetime import date
from typing import Any

import pandas as pd
from pydantic import BaseModel


def study_document(study: Any) -> dict[str, Any]:
    """A study's fields and properties; what is not a number is null."""
    properties = inspect.getmembers(type(study), lambda member: isinstance(member, property))
    names = [*(field.name for field in fields(study)), *(name for name, _ in properties)]
    return {_camel(name): _json(getattr(study, name)) for name in names}


def _json(value: Any) -> Any:
    if isinstance(value, pd.DataFrame):
        plain = value.reset_index() if isinstance(value.index, pd.DatetimeIndex) else value
        return [_json(row) for row in plain.to_dict("records")]
    if isinstance(value, pd.Series):
        return [{"date": _json(day), "value": _json(each)} for day, each in value.items()]
    if isinstance(value, dict):
        return {_camel(str(name)): _json(each) for name, each in value.items()}
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, list | tuple):
        return [_json(each) for each in value]
    return _scalar(value)


def _scalar(value: Any) -> Any:
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(part.capitalize() for part in others)
