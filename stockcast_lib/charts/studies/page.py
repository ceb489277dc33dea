"""A figure as a web page of its own."""

from html import escape

import plotly.graph_objects as go

from stockcast_lib.charts import appearance as look

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>body {{ margin: 16px auto; max-width: 1280px; background: {paper}; }}</style>
</head>
<body>{figure}</body>
</html>
"""


def figure_page(figure: go.Figure, title: str) -> str:
    """A page that holds plotly.js too, and so asks for nothing from the network (5 MB).

    Args:
        figure: any.
        title: of the page, plain text.
    """
    drawn = figure.to_html(
        full_html=False,
        include_plotlyjs=True,
        config={"displaylogo": False, "responsive": True},
    )
    return _PAGE.format(title=escape(title), paper=look.PAPER, figure=drawn)
