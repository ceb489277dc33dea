"""Certificates of CAs that only a test knows."""

from dataclasses import dataclass
from pathlib import Path

import trustme

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Certificates:
    """PEM files: a CA, and a certificate that it has given to a host, with its key."""

    ca: Path
    certificate: Path
    key: Path


def certificates(folder: Path, host: str = HOST) -> Certificates:
    """New ones, of a CA of their own."""
    folder.mkdir(parents=True, exist_ok=True)
    authority = trustme.CA()
    issued = authority.issue_cert(host)
    made = Certificates(*(folder / name for name in ("ca.pem", "certificate.pem", "key.pem")))
    authority.cert_pem.write_to_path(made.ca)
    issued.private_key_pem.write_to_path(made.key)
    for number, part in enumerate(issued.cert_chain_pems):
        part.write_to_path(made.certificate, append=number > 0)
    return made
