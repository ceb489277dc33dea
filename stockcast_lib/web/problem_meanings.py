"""What each problem's code means, and what whoever meets it does: where its `type` leads."""

from dataclasses import dataclass
from http import HTTPStatus

_ASK_LATER = "Ask again after the seconds that Retry-After names."
_OPERATOR = "Tell whoever runs this Stockcast; its log says more."
_NOTEBOOK = "The executed notebook, to which the job links, shows where."


@dataclass(frozen=True)
class Meaning:
    """Of one code.

    Attributes:
        status: with which it is sent.
        says: what is wrong.
        remedy: what to do.
    """

    status: HTTPStatus
    says: str
    remedy: str


MEANINGS: dict[str, Meaning] = {
    "invalid-request": Meaning(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "The request breaks the rules.",
        "`fields` lists every wrong field with its rule: mend them and ask again.",
    ),
    "idempotency-key-reused": Meaning(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "The Idempotency-Key was given to another request before.",
        "Repeat a request with its own key only; give a new request a new one.",
    ),
    "contract-broken": Meaning(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "The notebook breaks the contract of model notebooks.",
        "`faults` lists each with its cell and the mend; `stockcast check` finds the same.",
    ),
    "token-needed": Meaning(
        HTTPStatus.UNAUTHORIZED,
        "The call needs a token, and none that is valid came with it.",
        "Send one as `Authorization: Bearer …`; whoever runs this Stockcast gives it.",
    ),
    "right-needed": Meaning(
        HTTPStatus.FORBIDDEN,
        "The token is valid, and has not the right to do this.",
        "Ask whoever runs this Stockcast for a token that has it.",
    ),
    "unknown-model": Meaning(
        HTTPStatus.NOT_FOUND,
        "There is no such model, or no such revision of it.",
        "`known` lists those there are; `/api/v1/models` tells of each.",
    ),
    "worse-than-champion": Meaning(
        HTTPStatus.CONFLICT,
        "In its trials the revision did worse than the current one, by more than chance explains.",
        "Improve it; or promote it all the same, with the reason in `because`.",
    ),
    "not-enough-history": Meaning(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "There are too few days of prices to fit the model.",
        "Ask for fewer training years or changepoints, or for a ticker with a longer history.",
    ),
    "unknown-ticker": Meaning(
        HTTPStatus.NOT_FOUND,
        "Nobody who sells prices here knows the ticker.",
        "`nearest` lists similar ones; `/api/v1/symbols` searches by name.",
    ),
    "unknown-job": Meaning(
        HTTPStatus.NOT_FOUND,
        "There is no forecast with this id, and never was.",
        "Check the id, or ask for the forecast.",
    ),
    "no-notebook": Meaning(
        HTTPStatus.NOT_FOUND,
        "No notebook was executed for this forecast: it ended before one ran.",
        "The job itself says how it ended.",
    ),
    "lost-job": Meaning(
        HTTPStatus.GONE,
        "The job was given out here, but lost with its queue before it was finished.",
        "Ask for the forecast again.",
    ),
    "not-done": Meaning(
        HTTPStatus.CONFLICT,
        "The forecast is not finished, so it has no such evidence.",
        "Wait until the job is done; one that failed or was cancelled has to be asked for again.",
    ),
    "run-cancelled": Meaning(
        HTTPStatus.CONFLICT,
        "Everybody who had asked for the forecast withdrew, or its run was ended from outside.",
        "Ask for the forecast again.",
    ),
    "queue-full": Meaning(
        HTTPStatus.TOO_MANY_REQUESTS, "So many forecasts wait that one more would wait too long.",
        _ASK_LATER,
    ),
    "cross-site": Meaning(
        HTTPStatus.FORBIDDEN,
        "A page of another site would change something here through its reader's browser.",
        "Call from a program, or have whoever runs this Stockcast name the site.",
    ),
    "rate-limited": Meaning(
        HTTPStatus.TOO_MANY_REQUESTS,
        "More calls came with this token, or without one from this address, than may in a minute.",
        _ASK_LATER,
    ),
    "throttled": Meaning(
        HTTPStatus.TOO_MANY_REQUESTS, "The vendor of the prices asks to wait.", _ASK_LATER
    ),
    "vendor-unavailable": Meaning(
        HTTPStatus.BAD_GATEWAY, "The vendor of the prices does not answer.", "Ask again later."
    ),
    "bad-vendor-data": Meaning(
        HTTPStatus.BAD_GATEWAY,
        "What the vendor sent is no series of prices that can be trusted.",
        "Ask again later; if it stays so, tell whoever runs this Stockcast.",
    ),
    "bad-vendor-key": Meaning(
        HTTPStatus.BAD_GATEWAY, "The vendor refuses this Stockcast's key, or it has none.",
        _OPERATOR,
    ),
    "not-in-plan": Meaning(
        HTTPStatus.BAD_GATEWAY,
        "This Stockcast's plan with the vendor does not cover what was asked for.",
        "Ask for another ticker, or tell whoever runs this Stockcast.",
    ),
    "store-unavailable": Meaning(
        HTTPStatus.SERVICE_UNAVAILABLE, "The store of prices and evidence is away.", _ASK_LATER
    ),
    "disk-full": Meaning(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "The disk that prices, jobs and evidence are kept on has no room for more.",
        "Ask again once whoever runs this Stockcast has made room; `detail` says where.",
    ),
    "queue-unavailable": Meaning(
        HTTPStatus.SERVICE_UNAVAILABLE, "The queue of forecasts is away.", _ASK_LATER
    ),
    "worker-unavailable": Meaning(
        HTTPStatus.SERVICE_UNAVAILABLE, "No worker takes forecasts at the moment.", _ASK_LATER
    ),
    "too-many-connections": Meaning(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "The server has as many connections as it may, in all or from one address.",
        "Close those that you do not use, or come back after the seconds that Retry-After names.",
    ),
    "not-ready": Meaning(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Something that a forecast needs is away; `away` names it.",
        _ASK_LATER,
    ),
    "body-too-large": Meaning(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is larger than any request is.",
        "Send a smaller one.",
    ),
    "not-json": Meaning(
        HTTPStatus.BAD_REQUEST, "The body is not JSON in UTF-8.", "Send a JSON object."
    ),
    **{
        code: Meaning(HTTPStatus.INTERNAL_SERVER_ERROR, says, remedy)
        for code, says, remedy in (
            ("internal", "Stockcast itself failed.", _OPERATOR),
            ("no-prices", "The store has no prices for what was asked for.",
             "Ask for the forecast again, so that they are fetched."),
            ("damaged-object",
             "The store holds something else than was written there, so it is not shown.",
             "Ask for a forecast again: it is made anew. Restore anything else from a copy."),
            ("damaged-prices",
             "The store holds other prices than were written there, so they are not used.",
             "Ask for the forecast again, so that they are fetched anew."),
            ("notebook-failed", "The notebook raised an error.", _NOTEBOOK),
            ("notebook-timed-out", "The notebook ran longer than it may.", _NOTEBOOK),
            ("output-too-large", "The notebook displayed more than it may.", _NOTEBOOK),
            ("too-much-memory", "The notebook held more memory than it may.", _NOTEBOOK),
            ("too-many-processes", "The notebook started more processes than it may.",
             _NOTEBOOK),
            ("kernel-died", "The notebook's process ended before the notebook did.",
             "Ask again; if it stays so, the notebook may need more memory than it may have."),
            ("bad-result", "The notebook displayed no result, or one that is not valid.",
             _NOTEBOOK),
            ("model-diverged", "The fitted model gives prices that are not finite.",
             "Ask with other parameters, or for fewer days."),
            ("models-refused",
             "This Stockcast cannot run published notebooks as safely as it must.", _OPERATOR),
            ("worker-lost", "Every worker that took the job fell silent.", _OPERATOR),
            ("bad-symbol-list", "The list of tickers cannot be read.", _OPERATOR),
            ("gateway-unavailable", "The gateway cannot be reached.", "Ask again later."),
            ("bad-answer", "What answers is not the gateway.", "Check the address."),
            ("bad-frame", "The servers sent each other what they do not understand.", _OPERATOR),
            ("unauthorised", "The servers do not have the same key.", _OPERATOR),
            ("bad-settings", "A setting is missing or wrong.", _OPERATOR),
            ("stack-failed", "A part of this Stockcast cannot start.", _OPERATOR),
        )
    },
}  # fmt: skip
_BY_STATUS = "http-"


def status_of(code: str) -> HTTPStatus:
    """With which an error's code is sent: 500 for one that is not known."""
    meaning = MEANINGS.get(code)
    return meaning.status if meaning else HTTPStatus.INTERNAL_SERVER_ERROR


def meaning_of(code: str) -> Meaning | None:
    """What a code means; None where it is none of ours."""
    if not code.startswith(_BY_STATUS):
        return MEANINGS.get(code)
    known = {
        str(int(each)): each
        for each in HTTPStatus
        if HTTPStatus.BAD_REQUEST <= each < HTTPStatus.INTERNAL_SERVER_ERROR
    }
    status = known.get(code.removeprefix(_BY_STATUS))
    if status is None:
        return None
    return Meaning(
        status,
        f"{status.phrase}: {status.description or 'HTTP says no more'}.",
        "See `/docs` for the calls that there are.",
    )


def codes_with(status: int) -> list[str]:
    """Those that are sent with a status."""
    return [code for code, meaning in MEANINGS.items() if meaning.status == status]
