"""Every Redis key, every S3 key and every lifetime, so that none is spelt twice."""

from datetime import UTC, date, datetime, timedelta

from stockcast_lib.core.jobs import Lane, Stage
from stockcast_lib.core.protocol import MAX_CLOCK_SKEW_SECONDS

# --- lifetimes, in seconds

HOUR = 3600
DAY = 24 * HOUR
# In Redis; the archive in S3 keeps them for good.
RESULT_LIFETIME = DAY
ENDED_JOB_LIFETIME = 30 * DAY
IDEMPOTENCY_LIFETIME = DAY
PRICES_LIFETIME = 30 * DAY
# Then the audit trail is read again, in case that a promotion was written and never told.
MODEL_LIFETIME = 60
# A frame may be signed as long ahead of time as behind it, and workers' clocks differ a little.
NONCE_LIFETIME = round(2 * MAX_CLOCK_SKEW_SECONDS) + 60
# Renewed while its holder lives. Shorter than the lease: whoever is given a dead worker's job
# finds the ticker free.
TICKER_LOCK_LIFETIME = 5.0

# A job taken by a worker that has been silent this long is given to another.
LEASE = 10.0
HEARTBEAT = 0.5
MAX_TRIES = 3
# A request this soon after a job for the same has ended well is answered with that job.
DONE_JOINED = 5
# So many jobs may wait or run; beyond them a new request is asked to come back later.
QUEUE_LIMIT = 1000
# Beyond this share of them there is no room for what nobody has asked for.
CHALLENGERS_SHARE = 0.1
# A worker that was last seen longer ago counts as dead; a live one says so this often.
WORKER_LIFETIME = LEASE
WORKER_SEEN = 3.0
# The weight of the newest run in the mean of a stage's runs, which is forgotten after a day.
NEWEST_RUN = 0.2
RUNS_LIFETIME = DAY
# A run that seems to have taken longer tells of a clock that was set.
LONGEST_RUN = DAY

# --- Redis

# The queue's scripts (`adapters/lua/common.lua`) make these and further keys from the prefix.
PREFIX = "stockcast:"
GROUP = "workers"
EVENTS = f"{PREFIX}events"  # all jobs' events, for whoever waits; the state itself is in the job
EVENTS_KEPT = 10_000
DEAD = f"{PREFIX}dead"  # the stream of jobs that failed through no fault of their askers
DEAD_KEPT = 10_000
RECENT_KEPT = 500  # in each list of recent jobs


def stream(stage: Stage, lane: Lane) -> str:
    """The stream of tickets for the jobs that wait for a stage."""
    return f"{PREFIX}stream:{stage}:{lane}"


def job(job_id: str) -> str:
    """The hash that holds a job."""
    return f"{PREFIX}job:{job_id}"


def recent(ticker: str | None = None) -> str:
    """The ids of the jobs that were made last, newest first; of all tickers without one."""
    return f"{PREFIX}recent:{ticker}" if ticker else f"{PREFIX}recent"


def nonce(stage: Stage, digest: str) -> str:
    """Held while a frame that a stage has taken could be sent again."""
    return f"{PREFIX}nonce:{stage}:{digest}"


def result(result_key: str) -> str:
    """The hash with a forecast: its result, figure and picture."""
    return f"{PREFIX}result:{result_key}"


def current_prices(ticker: str) -> str:
    """Holds the manifest of a ticker's current price version."""
    return f"{PREFIX}prices:{ticker}"


def idempotency(digest: str) -> str:
    """Which request an idempotency key was given with, and its job."""
    return f"{PREFIX}idempotency:{digest}"


def ticker_lock(ticker: str) -> str:
    """Held by the worker that fetches a ticker's prices."""
    return f"{PREFIX}lock:{ticker}"


def calls_of(caller: str) -> str:
    """When a caller of the gateway may call as often as at first."""
    return f"{PREFIX}rate:{caller}"


def vendor_calls(vendor: str, seconds: int, window: int) -> str:
    """Counts the calls to a vendor in one window of its limit."""
    return f"{PREFIX}calls:{vendor}:{seconds}:{window}"


def vendor_lease(vendor: str, lease_id: str) -> str:
    """Holds the calls of one worker's share."""
    return f"{PREFIX}lease:{vendor}:{lease_id}"


def vendor_rest(vendor: str) -> str:
    """Is there while nobody may ask a vendor."""
    return f"{PREFIX}rest:{vendor}"


def current_model(name: str) -> str:
    """Holds the last promotion of a model."""
    return f"{PREFIX}model:{name}"


def current_challenge(name: str) -> str:
    """Holds the last challenge of a model."""
    return f"{PREFIX}challenge:{name}"


def dropped_challenges(model: str) -> str:
    """Counts the runs of a challenger for which the queue had no room."""
    return f"{PREFIX}dropped:{model}"


MODEL_GATE = f"{PREFIX}gate"  # held while a notebook is on its way to be published


# --- S3; no key is ever written twice with other bytes


_STAMP = "%Y%m%dT%H%M%S.%fZ"


def stamp(moment: datetime) -> str:
    """A moment as keys have it: they sort by it."""
    return moment.astimezone(UTC).strftime(_STAMP)


def stamp_behind(
    moment: datetime, last_key: str | None, tolerance: timedelta = timedelta(0)
) -> str:
    """A stamp for what is to sort behind a key; the moment's own, unless a clock was put back.

    Args:
        moment: when it was made.
        last_key: the greatest key that there is; its name begins with a stamp.
        tolerance: by which clocks of several machines may differ: so much earlier sorts before.
    """
    if last_key is None:
        return stamp(moment)
    text = last_key.rpartition("/")[2].partition("-")[0]
    try:
        last = datetime.strptime(text, _STAMP).replace(tzinfo=UTC)
    except ValueError:  # of somebody who names keys in another way
        return stamp(moment)
    return stamp(last + timedelta(microseconds=1) if last >= moment + tolerance else moment)


PRICES = "prices/"
_HASH = 32  # characters of the rows' hash in a manifest's key; the manifest's own comes behind


def price_manifests(ticker: str, folder: str = PRICES) -> str:
    """The folder of a ticker's price versions; the greatest key in it is the current one."""
    return f"{folder}{ticker}/"


def price_manifest(
    ticker: str, fetched_at: str, content: str, seal: str, folder: str = PRICES
) -> str:
    """One price version: who gave it, when, and which data; `seal` is the manifest's own hash."""
    return f"{price_manifests(ticker, folder)}{fetched_at}-{content}{seal}.json"


def ticker_of_manifest(manifest_key: str) -> str:
    """Whose prices a price version's key names."""
    return manifest_key.split("/")[-2]


def price_manifest_seal(manifest_key: str) -> str | None:
    """The hash of the manifest that its key names; none in those of before there was one."""
    return _hashes(manifest_key)[_HASH:] or None


def _hashes(manifest_key: str) -> str:
    return manifest_key.rpartition("-")[2].removesuffix(".json")


def content_hash(manifest_key: str) -> str:
    """The hash of the rows that a price version's key names."""
    return _hashes(manifest_key)[:_HASH]


def price_rows(content: str) -> str:
    """What the keys of the rows with a content hash begin with."""
    return f"price-data/{content}."


def price_csv(content: str) -> str:
    """The rows, for any tool."""
    return f"{price_rows(content)}csv.gz"


def price_parquet(content: str) -> str:
    """The rows, for us."""
    return f"{price_rows(content)}parquet"


def backtest(content: str, model: str) -> str:
    """What a model said at past origins of the rows with a content hash."""
    return f"backtests/{content}/{model}.npz"


MODELS = "models/"


def model_folder(name: str) -> str:
    """A model's revisions and its audit trail."""
    return f"{MODELS}{name}/"


def model_artefact(name: str, revision: str, artefact: str) -> str:
    """Of one revision: its notebook or its manifest."""
    return f"{model_folder(name)}{revision}/{artefact}"


NOTEBOOK_ARTEFACT = "notebook.ipynb"
MANIFEST_ARTEFACT = "manifest.json"


def model_promotions(name: str) -> str:
    """The folder of a model's audit trail; the greatest key in it is the last promotion."""
    return f"{model_folder(name)}promotions/"


def model_promotion(name: str, at: str, digest: str) -> str:
    """One entry of the audit trail."""
    return f"{model_promotions(name)}{at}-{digest}.json"


def model_challenges(name: str) -> str:
    """The folder of a model's challenges; the greatest key in it is the last one."""
    return f"{model_folder(name)}challenges/"


def model_challenge(name: str, at: str, digest: str) -> str:
    """One entry of that."""
    return f"{model_challenges(name)}{at}-{digest}.json"


TRIAL_PRICES = "trials/prices/"  # as of past days, for trials; never anybody's current prices


def trial_scores(trial_set: str, code: str) -> str:
    """The trials of a notebook's code."""
    return f"trials/scores/{trial_set}/{code}.json"


SYMBOL_LISTS = "symbols/"  # the greatest key in it is the current list's


def symbol_list_end(content_hash: str) -> str:
    """How the key of each list with this content ends."""
    return f"-{content_hash}.csv"


def symbol_list(stored_at: str, content_hash: str) -> str:
    """One list of symbols."""
    return f"{SYMBOL_LISTS}{stored_at}{symbol_list_end(content_hash)}"


RUNS = "runs/"


def run_folder(job_id: str) -> str:
    """All attempts at a job."""
    return f"{RUNS}{job_id}/"


def run_artefact(job_id: str, attempt: int, seal: str, name: str) -> str:
    """One artefact of one attempt, in a folder that its content's hash names."""
    return f"{run_folder(job_id)}{attempt:03d}/{seal}/{name}"


JOB_ARTEFACT = "job.json"
RESULT_ARTEFACT = "result.json"
FIGURE_ARTEFACT = "chart.json"
PICTURE_ARTEFACT = "chart.png"


def notebook_artefact(stage: Stage) -> str:
    """The executed notebook of a stage."""
    return f"{stage}.ipynb"


LEDGER = "ledger/"  # every forecast that was served, by the day on which it was asked for
_WHOLE_DAY = "day-"


def ledger_entry(day: date, seal: str, job_id: str, attempt: int) -> str:
    """What one attempt at a job forecast, in a folder that its content's hash names."""
    return f"{LEDGER}{day.isoformat()}/{seal}/{job_id}-{attempt:03d}.parquet"


def ledger_day(day: str, rows: int, content_hash: str) -> str:
    """A day's forecasts together; the greatest key holds the most of them."""
    return f"{LEDGER}{day}/{_WHOLE_DAY}{rows:08d}-{content_hash}.parquet"


def ledger_day_of(key: str) -> str:
    """The day of a key in the ledger."""
    return key.split("/")[1]


def ledger_attempt(key: str) -> tuple[str, int] | None:
    """Whose forecast a key in the ledger holds; None where it is a whole day's."""
    name = key.rpartition("/")[2].removesuffix(".parquet")
    if name.startswith(_WHOLE_DAY):
        return None
    job_id, _, attempt = name.rpartition("-")
    return job_id, int(attempt)


SCORES = "scores/"  # the greatest key in it is the last look at the ledger


def score_document(scored_at: str, content_hash: str) -> str:
    """How the forecasts in the ledger did, as of one look."""
    return f"{SCORES}{scored_at}-{content_hash}.json"
