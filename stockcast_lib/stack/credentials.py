"""The generated secrets of an embedded stack, kept for its next start."""

import hashlib
import hmac
import json
import os
import secrets
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Self

from stockcast_lib.core.errors import BadSettings
from stockcast_lib.core.tokens import new_token

CREDENTIALS_FILE = "credentials.json"
_ADDED_LATER = ("read_access_key", "read_secret_key", "gateway_token")


@dataclass(frozen=True, repr=False)
class Credentials:
    """What protects Redis, S3 and the workers' TCP frames from other users of the machine."""

    redis_password: str
    s3_access_key: str
    s3_secret_key: str
    frame_key: str
    read_access_key: str
    read_secret_key: str
    gateway_token: str

    @classmethod
    def generate(cls) -> Self:
        """New ones, of characters that need no quoting anywhere."""
        return cls(
            redis_password=secrets.token_hex(24),
            s3_access_key=secrets.token_hex(10).upper(),
            s3_secret_key=secrets.token_hex(24),
            frame_key=secrets.token_hex(32),
            read_access_key=secrets.token_hex(10).upper(),
            read_secret_key=secrets.token_hex(24),
            gateway_token=new_token(),
        )

    def redis_password_of(self, user: str) -> str:
        """That of one of Redis's users; it tells nothing of `redis_password` or another user's."""
        key = self.redis_password.encode()
        return hmac.new(key, user.encode(), hashlib.sha256).hexdigest()


def stored_credentials(folder: Path) -> Credentials:
    """The folder's credentials, generated where there are none yet.

    Raises:
        BadSettings: the file holds something else.
    """
    path = folder / CREDENTIALS_FILE
    if not path.exists():
        write_private(path, json.dumps(asdict(Credentials.generate()), indent=1))
    path.chmod(0o600)
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        new = asdict(Credentials.generate())
        # A folder of an earlier release lacks what that did not need.
        values = {**{name: new[name] for name in _ADDED_LATER}, **found}
        values = {field.name: values[field.name] for field in fields(Credentials)}
        if not all(isinstance(value, str) and value.isalnum() for value in values.values()):
            raise ValueError  # noqa: TRY301  # every kind of damage has the one remedy below
    except (ValueError, KeyError, TypeError):
        raise BadSettings(f"{path} is damaged: delete it, and a new one is made.") from None
    if values != found:
        write_private(path, json.dumps(values, indent=1))
    return Credentials(**values)


def write_private(path: Path, text: str) -> None:
    """Write a file that only this user may read, whole or not at all."""
    temporary = path.with_name(f".{path.name}.new")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    temporary.replace(path)
