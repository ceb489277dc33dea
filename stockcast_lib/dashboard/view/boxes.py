"""Boxes with a class of the page's style."""

import ipywidgets as widgets


def row(name: str, *children: widgets.Widget) -> widgets.HBox:
    """Side by side."""
    return _named(widgets.HBox(children), name)


def stack(name: str, *children: widgets.Widget) -> widgets.VBox:
    """One below the other."""
    return _named(widgets.VBox(children), name)


def show(widget: widgets.DOMWidget, *, shown: bool) -> None:
    """Let a widget be seen, or take it from the page."""
    widget.layout.display = None if shown else "none"


def _named(box: widgets.Box, name: str) -> widgets.Box:
    box.add_class(f"stockcast-{name}")
    return box
