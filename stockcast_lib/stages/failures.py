"""A failed job's record in the archive: its failure outlives the queue, as a forecast does."""

import structlog

from stockcast_lib.core import keys
from stockcast_lib.core.errors import DamagedObject, ErrorReport, StoreUnavailable
from stockcast_lib.core.jobs import Job, JobState
from stockcast_lib.ports import RunArchive

_log = structlog.get_logger()


def archive_failure(archive: RunArchive, job: Job, error: ErrorReport) -> bool:
    """Write the record, the last of the job's evidence.

    Without the archive the job fails all the same; it may be the very reason.

    Returns:
        Whether the executed notebook of the job's stage is there.
    """
    notebook = False
    try:
        notebook = archive.read(job.id, keys.notebook_artefact(job.stage)) is not None
        # A run may have ended well, with nobody to hear it while Redis was away: what it made is
        # there, and its record stands.
        if archive.read(job.id, keys.JOB_ARTEFACT) is None:
            data = _record(job, error, notebook=notebook)
            archive.write(job.id, job.attempt, keys.JOB_ARTEFACT, data)
    except (StoreUnavailable, DamagedObject) as away:
        _log.warning("failure.not_archived", error=away.message)
    return notebook


def _record(job: Job, error: ErrorReport, *, notebook: bool) -> bytes:
    changes = {
        "state": JobState.FAILED,
        "error": error,
        "last_error": None,
        "notebook": notebook,
    }
    return job.model_copy(update=changes).model_dump_json(exclude_unset=True).encode()
