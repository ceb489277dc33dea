"""The figure of a forecast beside what came."""

from typing import Any

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from stockcast_lib.charts import appearance as look
from stockcast_lib.charts.studies import canvas
from stockcast_lib.charts.studies.words import evaluation_lines
from stockcast_lib.core.price_history import PriceHistory
from stockcast_lib.forecasting.studies.evaluation import Evaluation

_HEIGHT = 640


def evaluation_figure(study: Evaluation, history: PriceHistory) -> go.Figure:
    """Prices and the model above, the profits of the strategy and of holding below."""
    figure = make_subplots(
        rows=2, shared_xaxes=True, vertical_spacing=0.06, row_heights=[0.66, 0.34]
    )
    figure.add_traces([*_model(study), *_actual(study), _naive(study)], rows=1, cols=1)
    figure.add_traces(_profits(study), rows=2, cols=1)
    figure.update_yaxes(title_text="Adjusted close", **_price_axis(study), row=1, col=1)
    figure.update_yaxes(title_text="Profit less costs", row=2, col=1)
    canvas.dress(
        figure, history, "the model's forecast against what came", evaluation_lines(study), _HEIGHT
    )
    _mark_test(figure, study)
    figure.add_hline(y=0, line={"color": look.MUTED, "width": 1}, row=2, col=1)
    return figure.update_xaxes(hoverformat=canvas.DAY)


def _model(study: Evaluation) -> list[go.Scatter]:
    fit, test = study.training, study.test
    level = look.level_text(study.config.interval)
    return [
        *canvas.band(fit, None, group="fit"),
        *canvas.band(test, f"{level} band"),
        canvas.line(fit["date"], fit["price"], "model fit", look.MODEL, width=1.3),
        canvas.line(test["date"], test["price"], "forecast", look.MODEL, width=2.4),
    ]


def _actual(study: Evaluation) -> list[go.Scatter]:
    both = pd.concat([study.training, study.test])
    return [canvas.dots(both["date"], both["actual"], "adjusted close")]


def _naive(study: Evaluation) -> go.Scatter:
    last = study.training.iloc[-1]
    dates = [last["date"], *study.test["date"]]
    return canvas.line(
        dates, [last["actual"]] * len(dates), "naive forecast (last price)", look.NAIVE, dash="dot"
    )


def _profits(study: Evaluation) -> list[go.Scatter]:
    test = study.test
    return [
        canvas.line(test["date"], test["strategy"], "strategy", canvas.SERIES[2]),
        canvas.line(test["date"], test["buy_and_hold"], "buy and hold", look.INK, width=1.3),
    ]


def _price_axis(study: Evaluation) -> dict[str, Any]:
    both = pd.concat([study.training, study.test])[["actual", "lower", "upper"]].to_numpy()
    return canvas.price_axis(both.min(), both.max())


def _mark_test(figure: go.Figure, study: Evaluation) -> None:
    start, end = canvas.dates([study.test["date"].iloc[0], study.test["date"].iloc[-1]])
    shade: dict[str, Any] = {"fillcolor": canvas.TEST_FILL, "line_width": 0, "layer": "below"}
    figure.add_vrect(x0=start, x1=end, **shade)
