"""The API's calls for model notebooks."""

import json
from typing import Any

from stockcast_lib.client.documents import parsed
from stockcast_lib.client.gateway import GatewayClient
from stockcast_lib.client.transport import Call
from stockcast_lib.core.models import Challenge, ModelRef, ModelRevision, Promotion
from stockcast_lib.core.scores import Scores

MODELS = "/models"
_HEADERS = {"Content-Type": "application/json"}
# A notebook is tried some thirty times, and perhaps the current one as well.
GATE_SECONDS = 900.0


class ModelsClient(GatewayClient):
    """Publishes and promotes by a gateway, with a token that has the rights to do so.

    Every method may raise `GatewayUnavailable` and `BadAnswer`, and what the gateway refuses with.
    """

    def publish(self, name: str, notebook: Any) -> ModelRevision:
        """The published revision; the same code again is the same one.

        Raises:
            TokenNeeded, RightNeeded, InvalidRequest, ContractBroken: as the gateway says.
        """
        body = {"name": name, "notebook": notebook}
        return parsed(ModelRevision, self._gate(MODELS, body))

    def promote(self, ref: ModelRef, because: str | None = None) -> Promotion:
        """Have the name stand for a revision.

        Raises:
            TokenNeeded, RightNeeded, UnknownModel, WorseThanChampion: as the gateway says.
        """
        body: dict[str, Any] = {"revision": ref.revision}
        if because:
            body["because"] = because
        return parsed(Promotion, self._gate(f"{MODELS}/{ref.name}/promote", body))

    def challenge(self, ref: ModelRef) -> Challenge:
        """Have a revision tried beside what its name stands for; without a revision, end that.

        Raises:
            TokenNeeded, RightNeeded, UnknownModel, InvalidRequest: as the gateway says.
        """
        return parsed(
            Challenge, self._gate(f"{MODELS}/{ref.name}/challenger", {"revision": ref.revision})
        )

    def scores(self) -> Scores:
        """How forecasts did, served or a challenger's, as of the last look at the ledger."""
        return parsed(Scores, self._get("/scores"))

    def models(self) -> list[dict[str, Any]]:
        """All models, with their revisions and audit trails."""
        found: list[dict[str, Any]] = json.loads(self._get(MODELS))["models"]
        return found

    def notebook(self, ref: ModelRef) -> bytes:
        """A revision's notebook.

        Raises:
            UnknownModel: there is no such revision.
        """
        return self._get(f"{MODELS}/{ref.name}/{ref.revision}/notebook.ipynb")

    def _gate(self, path: str, body: dict[str, Any]) -> bytes:
        data = json.dumps(body).encode()
        call = Call("POST", path, body=data, headers=_HEADERS, silence=GATE_SECONDS)
        return self._transport.ask(call, self._deadline(GATE_SECONDS))
