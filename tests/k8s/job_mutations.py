"""What may be wrong with the nightly jobs, one thing at a time."""

from tests.k8s.checks import flows, jobs, references, resources, schemas, security, settings
from tests.k8s.mutation import Mutation, secret

_WATCHLIST = "CronJob stockcast-watchlist"
_SCORING = "CronJob stockcast-scoring"
_WATCHLIST_FILE = "ConfigMap stockcast-watchlist"
_JOB = "spec/jobTemplate/spec"
_JOB_POD = f"{_JOB}/template/spec"
_ARGS = f"{_JOB_POD}/containers/0/args"

JOB_MUTATIONS = (
    # What holds for every pod is found in a job's, too.
    Mutation(schemas.valid, _WATCHLIST, f"{_JOB}/backoffLimits", 2),
    Mutation(security.confined, _WATCHLIST, f"{_JOB_POD}/securityContext/runAsNonRoot"),
    Mutation(
        security.confined, _SCORING,
        f"{_JOB_POD}/containers/0/securityContext/readOnlyRootFilesystem", False,
    ),
    Mutation(references.links, _SCORING, f"{_JOB_POD}/enableServiceLinks"),
    Mutation(references.configurations, _WATCHLIST, f"{_JOB_POD}/volumes/2/configMap/name", "x"),
    Mutation(
        references.service_ports, "Service stockcast-gateway", "spec/selector",
        {"app.kubernetes.io/component": "watchlist"},
    ),
    Mutation(
        resources.quantities, _SCORING, f"{_JOB_POD}/containers/0/resources/limits/memory", "2GB"
    ),
    Mutation(resources.images, _SCORING, f"{_JOB_POD}/containers/0/image", "stockcast-worker"),
    Mutation(settings.names, _SCORING, f"{_JOB_POD}/containers/0/env/0/name", "AWS_ACCESS_KEY"),
    Mutation(settings.addresses, _WATCHLIST, f"{_ARGS}/4", "http://gateway:8000"),
    Mutation(jobs.bounded, _WATCHLIST, "spec/concurrencyPolicy"),
    Mutation(jobs.bounded, _WATCHLIST, "spec/concurrencyPolicy", "Replace"),
    Mutation(jobs.bounded, _WATCHLIST, "spec/startingDeadlineSeconds"),
    Mutation(jobs.bounded, _WATCHLIST, "spec/failedJobsHistoryLimit", 0),
    Mutation(jobs.bounded, _WATCHLIST, "spec/successfulJobsHistoryLimit"),
    Mutation(jobs.bounded, _SCORING, f"{_JOB}/activeDeadlineSeconds"),
    Mutation(jobs.bounded, _SCORING, f"{_JOB}/activeDeadlineSeconds", 100_000),
    Mutation(jobs.bounded, _SCORING, f"{_JOB}/backoffLimit"),
    Mutation(jobs.bounded, _SCORING, f"{_JOB}/ttlSecondsAfterFinished"),
    Mutation(jobs.bounded, _SCORING, f"{_JOB_POD}/restartPolicy", "OnFailure"),
    Mutation(jobs.scheduled, _SCORING, "spec/timeZone"),
    Mutation(jobs.scheduled, _SCORING, "spec/timeZone", "America/New York"),
    Mutation(jobs.scheduled, _SCORING, "spec/schedule", "30 2 * *"),
    Mutation(jobs.scheduled, _SCORING, "spec/schedule", "30 2 * * nightly"),
    Mutation(jobs.commands, _SCORING, f"{_ARGS}/1", "scores"),
    Mutation(jobs.commands, _SCORING, f"{_ARGS}/+", "--csv"),
    Mutation(jobs.commands, _WATCHLIST, f"{_ARGS}/2"),
    Mutation(jobs.commands, _WATCHLIST, f"{_ARGS}/5", "--folder"),
    Mutation(jobs.commands, _WATCHLIST, f"{_ARGS}/6", "/app/forecasts"),
    Mutation(jobs.commands, _WATCHLIST, f"{_ARGS}/6", "/etc/stockcast/forecasts"),
    Mutation(jobs.watchlist, _WATCHLIST, f"{_ARGS}/2", "/etc/stockcast/tickers.txt"),
    Mutation(jobs.watchlist, _WATCHLIST, f"{_JOB_POD}/containers/0/volumeMounts/2/mountPath", "/x"),
    Mutation(jobs.watchlist, _WATCHLIST_FILE, "data/watchlist.txt", "AAPL IBM\n"),
    Mutation(jobs.watchlist, _WATCHLIST_FILE, "data/watchlist.txt", "# none\n"),
    Mutation(jobs.watchlist, _WATCHLIST_FILE, "data/watchlist.txt", "AAPL\nMETA\n"),
    Mutation(jobs.secrets, _SCORING, f"{_JOB_POD}/containers/0/env/1"),
    Mutation(
        jobs.secrets, _SCORING, f"{_JOB_POD}/containers/0/env/+",
        secret("stockcast-redis", "gateway-url"),
    ),
    Mutation(
        jobs.secrets, _WATCHLIST, f"{_JOB_POD}/containers/0/env",
        [secret("stockcast-frame", "key")],
    ),
    Mutation(flows.flows, "NetworkPolicy stockcast-watchlist", "spec/egress/0/to/0", {}),
    Mutation(flows.flows, "NetworkPolicy stockcast-watchlist", "spec/egress/0"),
    Mutation(flows.flows, "NetworkPolicy stockcast-gateway", "spec/ingress/0/from/1"),
    Mutation(flows.flows, "NetworkPolicy stockcast-s3", "spec/ingress/0/from/5"),
    Mutation(
        flows.flows, "NetworkPolicy stockcast-to-s3",
        "spec/podSelector/matchExpressions/0/values/+", "watchlist",
    ),
)  # fmt: skip
