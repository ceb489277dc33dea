"""TLS on the way to a worker: it shows a certificate, and its clients check that."""

import ssl
from pathlib import Path

from stockcast_lib.core.errors import BadSettings


def server_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """What a worker takes connections with; who does not speak TLS is refused.

    Args:
        certificate: PEM, with those that lead to its CA.
        key: PEM, the certificate's own, without a password.

    Raises:
        BadSettings: they cannot be read, or do not belong together.
    """
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(certificate, key, password=_no_password)
    except (OSError, ValueError) as error:
        raise BadSettings(
            f"STOCKCAST_WORKER_CERT and STOCKCAST_WORKER_KEY are not a certificate and its key "
            f"in PEM, without a password ({error})."
        ) from error
    return context


def client_context(authorities: Path) -> ssl.SSLContext:
    """What a client checks a worker's certificate and host name with.

    Args:
        authorities: PEM, the certificates of the CAs that are believed, and of no others.

    Raises:
        BadSettings: it cannot be read.
    """
    try:
        return ssl.create_default_context(cafile=authorities)
    except (OSError, ValueError) as error:
        raise BadSettings(f"STOCKCAST_WORKER_CA holds no certificate in PEM ({error}).") from error


def _no_password() -> str:
    # Else OpenSSL would ask at the terminal, and a worker wait for ever.
    raise ValueError("the key has a password")
