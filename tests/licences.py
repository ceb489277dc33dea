"""The licences of what is shipped: `make licences` writes docs/licences.md, a test reads it.

python -m tests.licences PIP-LICENSES-COMMAND…
"""

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = ROOT / "docs" / "licences.md"
# What `make run` installs, and what the images hold.
LOCKS = ("requirements.lock", "requirements-worker.lock")
_HERE = {
    "python_version": "3.11", "python_full_version": "3.11.9", "sys_platform": "linux",
    "platform_system": "Linux", "os_name": "posix", "platform_machine": "x86_64",
    "implementation_name": "cpython", "platform_python_implementation": "CPython",
}  # fmt: skip
_HEAD = """# Licences

What is installed beside Stockcast, which is under the MIT licence itself: the packages of
`requirements.lock` and `requirements-worker.lock` on Linux with Python 3.11, as each says of
itself. `make licences` writes this page; a test holds it against the locks, and refuses a licence
that is unknown, or asks for more than to be named and for changes of its own files to be shown.

| package | licence |
| --- | --- |
"""


def shipped() -> set[str]:
    """The locked packages, by the names that Python compares."""
    names = set()
    for lock in LOCKS:
        for line in (ROOT / lock).read_text("utf-8").splitlines():
            if re.match(r"[a-z0-9]", line):
                pin = Requirement(line.rstrip(" \\"))
                if pin.marker is None or pin.marker.evaluate(_HERE):
                    names.add(canonicalize_name(pin.name))
    return names


def listed() -> Mapping[str, str]:
    """The page's licences, by package."""
    rows = re.findall(r"^\| ([a-z0-9-]+) \| (.+) \|$", DOCUMENT.read_text("utf-8"), re.MULTILINE)
    return dict(rows[2:])  # without the table's head


def main(command: list[str]) -> None:
    """Write the page."""
    told = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    known = {canonicalize_name(each["Name"]): each["License"] for each in told}
    rows = "".join(f"| {name} | {known[name]} |\n" for name in sorted(shipped()))
    DOCUMENT.write_text(_HEAD + rows, "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
