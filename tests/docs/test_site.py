"""The documentation as a site: every link leads somewhere, and nothing is asked of other hosts."""

import re
import subprocess
import sys

import pytest

from tests.servers import REPOSITORY

_LOADED = re.compile(r"""<(?:script|img|link|iframe)\b[^>]*\s(?:src|href)=["']?(https?:)?//""")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", folder],
        cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=110,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_no_page_loads_anything_from_another_host(site):
    pages = list(site.rglob("*.html"))
    assert len(pages) > 8
    for page in pages:
        assert not _LOADED.search(page.read_text("utf-8")), page
    styles = "".join(each.read_text("utf-8") for each in site.rglob("*.css"))
    assert not re.search(r"url\(['\"]?https?://|@import", styles)


def test_the_reference_has_the_signatures_and_their_documentation(site):
    text = (site / "reference" / "python.html").read_text("utf-8")
    for name in ("stockcast_lib.api.forecast", "stockcast_lib.client.StockcastClient.submit"):
        assert f'id="{name}"' in text
    assert "calendar days from the last session in the data" in text
