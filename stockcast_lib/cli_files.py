"""Files that the command line is given."""

import sys
from pathlib import Path

STANDARD_INPUT = Path("-")
# Of a notebook with its outputs, or of a list with every ticker that there is.
LARGEST_FILE = 16 * 1024 * 1024


def read_file(path: Path) -> bytes:
    """What a file holds; what comes from standard input, where it is `-`.

    Raises:
        InvalidRequest: it cannot be read, or is larger than any that is meant here.
    """
    from stockcast_lib.core.errors import InvalidRequest

    try:
        if path == STANDARD_INPUT:
            content = sys.stdin.buffer.read(LARGEST_FILE + 1)
        else:
            with path.open("rb") as file:
                content = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise InvalidRequest(f"{path} cannot be read: {error.strerror}.", fields=[]) from None
    if len(content) > LARGEST_FILE:
        raise InvalidRequest(f"{path} has more than {LARGEST_FILE} bytes: give less.", fields=[])
    return content
