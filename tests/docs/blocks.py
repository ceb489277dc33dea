"""The code blocks of a document, and a program that runs them in order."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt

RUN = ("python", "bash")


@dataclass(frozen=True)
class Block:
    """A fenced block; `line` is where its code begins."""

    language: str
    code: str
    line: int


def blocks_of(document: Path) -> list[Block]:
    """The blocks of a document, whatever they are in."""
    tokens = MarkdownIt().parse(document.read_text("utf-8"))
    return [
        Block(token.info.split()[0] if token.info else "", token.content, token.map[0] + 2)
        for token in tokens
        if token.type == "fence"
    ]


def program(blocks: list[Block], document: Path) -> str:
    """Python that runs the blocks in order: those of Python in one namespace, as a notebook's."""
    told = [[each.language, each.code, f"{document.name}, line {each.line}"] for each in blocks]
    return f"""
import json, subprocess, sys
namespace = {{"__name__": "__main__"}}
for language, code, where in json.loads({json.dumps(told)!r}):
    try:
        if language == "python":
            exec(compile(code, where, "exec"), namespace)
        else:
            done = subprocess.run(["bash", "-euo", "pipefail", "-c", code], timeout=200)
            if done.returncode:
                raise RuntimeError(f"status {{done.returncode}}")
    except BaseException as error:
        sys.exit(f"{{where}}: {{type(error).__name__}}: {{error}}")
"""


def interpreter_folder() -> Path:
    """Where this environment's commands are."""
    return Path(sys.prefix)
