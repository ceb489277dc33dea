"""The studies' figures, and what they found in words: from a study and the history it is of."""

from stockcast_lib.charts.studies.changepoints import changepoints_figure
from stockcast_lib.charts.studies.components import components_figure
from stockcast_lib.charts.studies.directions import next_days_figure
from stockcast_lib.charts.studies.evaluation import evaluation_figure
from stockcast_lib.charts.studies.page import figure_page
from stockcast_lib.charts.studies.prices import extremes_figure, holding_figure
from stockcast_lib.charts.studies.priors import comparison_figure, validation_figure

__all__ = [
    "changepoints_figure",
    "comparison_figure",
    "components_figure",
    "evaluation_figure",
    "extremes_figure",
    "figure_page",
    "holding_figure",
    "next_days_figure",
    "validation_figure",
]
