"""What is shipped beside Stockcast, and under which licences."""

import re

import pytest

from tests.licences import listed, shipped

# They ask to be named, or for changes of their own files; none for the whole that they are part of.
ALLOWED = re.compile(
    r"(MIT|BSD|ISC|Apache|Mozilla|MPL|PSF|Python Software Foundation|3-Clause BSD|0BSD|Zlib|CC0)"
    r"[-A-Za-z0-9 .,()]*"
)


def parts(licence):
    return re.split(r" AND | OR |; ", licence)


def allowed(licence):
    return all(ALLOWED.fullmatch(part) and "GPL" not in part for part in parts(licence))


def test_every_package_that_is_shipped_is_listed_and_no_other():
    assert shipped() == listed().keys()
    assert len(listed()) > 100


def test_no_licence_is_unknown_or_asks_too_much():
    assert [(name, licence) for name, licence in listed().items() if not allowed(licence)] == []


@pytest.mark.parametrize(
    "licence",
    ["UNKNOWN", "GPL-3.0", "GNU General Public License v3 (GPLv3)", "MIT AND GPL-2.0", "SSPL-1.0",
     "Proprietary", "MIT; AGPL-3.0", ""],
)  # fmt: skip
def test_a_licence_that_is_not_allowed_is_found(licence):
    assert not allowed(licence)
