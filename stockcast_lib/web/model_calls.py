"""Model notebooks: which there are, publishing, promoting, challenging."""

from typing import Any

from pydantic import ValidationError

from stockcast_lib.core.models import ModelRef, model_ref
from stockcast_lib.ports import ModelPublishing
from stockcast_lib.web.base import Handler, invalid_request
from stockcast_lib.web.schemas import (
    ChallengeRequest,
    NoQuery,
    PromotionRequest,
    PublicationRequest,
)


async def models(here: Handler, _query: NoQuery) -> None:
    """All models, with their revisions and audit trails."""
    here.finish({"models": await here.in_thread(_publishing(here).overview)})


async def notebook(here: Handler, _query: NoQuery, name: str, revision: str) -> None:
    """A revision's notebook, as it was published."""
    ref = model_ref(f"{name}@{revision}")
    found = await here.in_thread(_publishing(here).notebook, ref)
    await here.send_large(found, "application/x-ipynb+json")


async def publish(here: Handler, _query: NoQuery) -> None:
    """201 with the revision once it is through the gate; 200 where it was published before."""
    asked = _body(here, PublicationRequest)
    revision, new = await here.in_thread(
        _publishing(here).publish, asked.name, asked.notebook, here.caller
    )
    here.set_status(201 if new else 200)
    here.finish(revision.model_dump(mode="json", by_alias=True))


async def promote(here: Handler, _query: NoQuery, name: str) -> None:
    """Have the name stand for a revision from now on."""
    asked = _body(here, PromotionRequest)
    ref = ModelRef(model_ref(name).name, asked.revision)
    done = await here.in_thread(_publishing(here).promote, ref, here.caller, asked.because)
    here.finish(done.model_dump(mode="json", by_alias=True))


async def challenge(here: Handler, _query: NoQuery, name: str) -> None:
    """Try a revision beside what the name stands for, or end that."""
    asked = _body(here, ChallengeRequest)
    ref = ModelRef(model_ref(name).name, asked.revision)
    done = await here.in_thread(_publishing(here).challenge, ref, here.caller)
    here.finish(done.model_dump(mode="json", by_alias=True))


def _publishing(here: Handler) -> ModelPublishing:
    publishing: ModelPublishing = here.application.settings["publishing"]
    return publishing


def _body(here: Handler, model: type[Any]) -> Any:
    found = here.json_body()
    try:
        return model.model_validate(found)
    except ValidationError as error:
        raise invalid_request(error) from None
