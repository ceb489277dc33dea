"""The text of a file of unknown encoding and packing."""

import gzip
import io
import zlib
from pathlib import Path

from stockcast_lib.core.errors import BadVendorData

MAX_BYTES = 64 * 1024 * 1024
_GZIP = b"\x1f\x8b"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def read_text(source: Path | str | bytes) -> tuple[str, list[str]]:
    """The text, and notes on how it was read.

    Raises:
        BadVendorData: the file cannot be read, is too large or is no text.
    """
    content = source if isinstance(source, bytes) else _content(Path(source))
    notes = []
    if content.startswith(_GZIP):
        content = _unpacked(content)
        notes.append("The file was packed with gzip.")
    if len(content) > MAX_BYTES:
        raise BadVendorData(f"The file is larger than {MAX_BYTES} bytes, which no history is.")
    encoding = _encoding(content)
    if encoding != "utf-8-sig":
        notes.append(f"Its text was read as {encoding}.")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        raise BadVendorData("The file is no text: export it as CSV.") from None
    if "\0" in text:
        raise BadVendorData("The file is no text: export it as CSV.")
    return text, notes


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as source:
            return source.read(MAX_BYTES + 1)
    except OSError as error:
        raise BadVendorData(f"{path} cannot be read ({error.strerror}).") from error


def _unpacked(content: bytes) -> bytes:
    try:
        with gzip.open(io.BytesIO(content)) as packed:
            return packed.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise BadVendorData("The file cannot be unpacked: pack or export it again.") from error


def _encoding(content: bytes) -> str:
    if content.startswith(_UTF_16):
        return "utf-16"
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"
