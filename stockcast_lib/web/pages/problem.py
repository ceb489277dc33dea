"""What a problem's code means, as a page."""

import re
from html import escape

from stockcast_lib.evidence.shell import page
from stockcast_lib.web.problem_meanings import Meaning


def problem_page(code: str, meaning: Meaning) -> str:
    """The page to which the `type` of a problem document leads."""
    status = f"{int(meaning.status)} {meaning.status.phrase}"
    return page(
        f"Problem: {code}",
        f"<main><h1><code>{escape(code)}</code></h1><p class='quiet'>{escape(status)}</p>"
        f"<p>{in_code(meaning.says)}</p><p>{in_code(meaning.remedy)}</p></main>"
        '<p><a href="../docs">All calls</a></p>',
    )


def in_code(text: str) -> str:
    """Plain text as HTML, with what stands in `backticks` as code."""
    return re.sub(r"`([^`]*)`", r"<code>\1</code>", escape(text))
