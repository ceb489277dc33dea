"""Files that the command line is given."""

from pathlib import Path


def read_file(path: Path) -> bytes:
    """What a file holds.

    Raises:
        InvalidRequest: it cannot be read.
    """
    from stockcast_lib.core.errors import InvalidRequest

    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidRequest(f"{path} cannot be read: {error.strerror}.", fields=[]) from None
