"""How the forecast in view was made: facts, the executed notebook, files, and the same by hand."""

from functools import partial
from html import escape
from typing import Any

import ipywidgets as widgets
from traitlets import dlink, link

from stockcast_lib.dashboard.model.background import Latest
from stockcast_lib.dashboard.model.evidence import EvidenceModel
from stockcast_lib.dashboard.model.evidence_files import KINDS, File
from stockcast_lib.dashboard.view.boxes import stack
from stockcast_lib.dashboard.view.evidence_words import facts_html
from stockcast_lib.dashboard.widgets import Document, Files, Snippets


class EvidenceView:
    """The widgets of the section.

    Attributes:
        facts, trouble: HTML.
        document: the executed notebook.
        files: what can be saved.
        snippets: the same on the command line and in Python.
        box: all of its widgets.
    """

    def __init__(self, model: EvidenceModel) -> None:
        self._model = model
        self.facts, self.trouble = widgets.HTML(), widgets.HTML()
        self.document = Document(label="Show the executed notebook")
        kinds = {name: kind.words for name, kind in KINDS.items()}
        self.files = Files("Download", kinds, self._want)
        # One each: a second file does not make the first one unheard.
        self._making = {
            name: Latest(partial(self._give, name), partial(self.files.refuse, name))
            for name in KINDS
        }
        self.snippets = Snippets()
        self.box = stack(
            "evidence",
            self.facts, self.trouble, _heading("Download"), self.files,
            _heading("Do it yourself"), self.snippets, _heading("Executed notebook"), self.document,
        )  # fmt: skip
        self._join()

    def _join(self) -> None:
        model, document = self._model, self.document
        model.observe(self._show_facts, ["facts", "parameters", "trouble"])
        model.observe(self._show_calls, ["command", "python"])
        link((model, "opened"), (document, "opened"))
        dlink((model, "title"), (document, "title"))
        dlink((model, "notebook"), (document, "html"))
        dlink((model, "error"), (document, "error"))
        dlink((model, "status"), (document, "status"), lambda words: words and f"{words}…")
        model.observe(self._label, "opened")

    def _want(self, name: str) -> None:
        self._making[name].run(lambda: self._model.file(name))

    def _give(self, name: str, made: File) -> None:
        self.files.give(name, made.name, made.media, made.content)

    def _show_facts(self, _change: Any) -> None:
        model = self._model
        self.facts.value = facts_html(model.facts, model.parameters)
        why = escape(model.trouble)
        self.trouble.value = f'<p class="stockcast-notice" role="status">{why}</p>' if why else ""

    def _show_calls(self, _change: Any) -> None:
        model = self._model
        self.snippets.snippets = [
            ["On the command line", model.command],
            ["In Python", model.python],
        ]

    def _label(self, _change: Any) -> None:
        verb = "Hide" if self._model.opened else "Show"
        self.document.label = f"{verb} the executed notebook"


def _heading(words: str) -> widgets.HTML:
    return widgets.HTML(f"<h3>{words}</h3>")
