"""How a forecast was made, as it is shown."""

import pytest

from stockcast_lib.core.jobs import JobState
from stockcast_lib.dashboard.model.asking import Asked
from stockcast_lib.dashboard.model.evidence import EvidenceModel
from stockcast_lib.dashboard.model.evidence_facts import Facts, Parameter
from stockcast_lib.dashboard.model.run import Run
from stockcast_lib.dashboard.reader import Reader
from stockcast_lib.dashboard.view.evidence import EvidenceView
from stockcast_lib.dashboard.view.evidence_words import facts_html
from tests.dashboard.service import PlayedService, job, until


@pytest.fixture
def service() -> PlayedService:
    return PlayedService(job(JobState.DONE))


@pytest.fixture
def view(service, monkeypatch) -> EvidenceView:
    model = EvidenceModel(service)
    view = EvidenceView(model)
    view.sent = []
    monkeypatch.setattr(
        view.files, "send", lambda content, buffers=None: view.sent.append((content, buffers))
    )
    run = Run(service, Asked("TEST", 3))
    run.start().join(10)
    model.show(run, Reader())
    view.model = model
    return view


def test_facts_and_parameters_are_shown_and_escaped():
    html = facts_html(
        [Facts("A<b>", (("n<i>", "v<script>"),))],
        [Parameter("p<u>", '"<s>"', "1", is_set=True), Parameter("q", "2", "2", is_set=False)],
    )
    assert "v&lt;script&gt;" in html
    assert "p&lt;u&gt;" in html
    assert "&quot;&lt;s&gt;&quot;" in html
    assert "1 parameters at their defaults" not in html
    assert "1 parameter at its default" in html
    for tag in ("<b>", "<i>", "<script>", "<u>", "<s>"):
        assert tag not in html


def test_nothing_is_shown_of_nothing():
    assert facts_html([], []) == ""


def test_the_same_by_hand_can_be_copied(view):
    (_, command), (_, python) = view.snippets.snippets
    assert command == "stockcast forecast TEST --days 3"
    assert python.endswith('forecast("TEST", days=3)')


def test_a_pressed_button_is_answered_with_the_bytes(view):
    view.files._handle_custom_msg({"want": "png"}, [])
    until(lambda: view.sent)
    content, buffers = view.sent[0]
    assert content == {"file": "png", "name": "TEST-3d-2017-02-27.png", "media": "image/png"}
    assert buffers == [b"png"]


def test_two_files_at_once_both_come(view):
    for name in ("png", "csv"):
        view.files._handle_custom_msg({"want": name}, [])
    until(lambda: len(view.sent) == 2)
    assert {content["file"] for content, _ in view.sent} == {"png", "csv"}


def test_why_there_is_no_file_is_answered(view, service, monkeypatch):
    view.model._held = None
    monkeypatch.setattr(service, "notebook", lambda *_: None)
    view.files._handle_custom_msg({"want": "notebook"}, [])
    until(lambda: view.sent)
    why = "The archive no longer holds the executed notebook."
    assert view.sent == [({"refused": "notebook", "why": why}, None)]


@pytest.mark.parametrize("content", [{"want": "passwd"}, {"want": ["png"]}, {}])
def test_what_is_no_file_is_not_made(view, content):
    view.files._handle_custom_msg(content, [])
    assert view.sent == []


def test_the_frame_comes_when_it_is_opened(view):
    assert (view.document.html, view.document.label) == ("", "Show the executed notebook")
    view.document.opened = True
    until(lambda: view.document.html)
    assert view.document.html.startswith("<!DOCTYPE html><html ")
    assert view.document.title == "TEST in 3 days: the executed notebook"
    assert view.document.label == "Hide the executed notebook"


def test_the_frame_says_why_it_is_empty(view, service, monkeypatch):
    until(lambda: view.model._held)
    view.model._held = None
    monkeypatch.setattr(service, "notebook", lambda *_: None)
    view.document.opened = True
    until(lambda: view.document.error)
    assert view.document.html == ""
