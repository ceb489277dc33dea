"""What is drawn is there, in its colour, where it was meant to be."""

import io

import numpy as np
import pytest
from PIL import Image

from stockcast_lib.charts.sheet import Face, Sheet, Stroke

PAPER, INK = "#ffffff", "#1f2933"


@pytest.fixture
def sheet():
    return Sheet(200, 100, PAPER)


def pixels(sheet):
    """Shape (height, width, 3); the first row is the uppermost."""
    return np.asarray(Image.open(io.BytesIO(sheet.png())).convert("RGB")).astype(int)


def inked(sheet):
    """Left, bottom, right and top of all that is not paper, in the sheet's own positions."""
    rows, columns = np.nonzero((pixels(sheet) != 255).any(axis=2))
    return columns.min(), 100 - rows.max() - 1, columns.max() + 1, 100 - rows.min()


def test_an_empty_sheet_is_paper(sheet):
    assert (pixels(sheet) == 255).all()


def test_a_line_goes_from_its_first_point_to_its_last(sheet):
    sheet.line([20, 180], [30, 30], Stroke(INK, 1.2))
    left, bottom, right, top = inked(sheet)
    assert (left, right) == (pytest.approx(20, abs=2), pytest.approx(180, abs=2))
    assert (bottom, top) == (pytest.approx(29, abs=1), pytest.approx(31, abs=1))


def test_a_dotted_line_has_gaps(sheet):
    sheet.line([0, 200], [50, 50], Stroke(INK, 2.0, dotted=True))
    row = (pixels(sheet)[49] != 255).any(axis=1)
    assert 20 < np.abs(np.diff(row.astype(int))).sum() < 100


def test_an_area_lets_what_is_below_show(sheet):
    sheet.area([50, 150, 150, 50], [20, 20, 80, 80], INK, 0.5)
    middle = pixels(sheet)[50, 100]
    assert np.abs(middle - (np.array([0x1F, 0x29, 0x33]) + 255) / 2).max() < 4


@pytest.mark.parametrize(
    ("anchor", "side", "expected"), [("rm", 2, 100), ("lm", 0, 100), ("mt", 3, 50)]
)
def test_words_stand_where_they_are_anchored(sheet, anchor, side, expected):
    sheet.words(100, 50, "2,000", Face(INK, 9.5), anchor)
    assert inked(sheet)[side] == pytest.approx(expected, abs=3)


def test_upright_words_are_higher_than_wide_and_around_their_middle(sheet):
    sheet.upright_words(100, 50, "Adjusted", Face(INK, 9.5))
    left, bottom, right, top = inked(sheet)
    assert top - bottom > 2 * (right - left)
    assert (bottom + top) / 2 == pytest.approx(50, abs=3)


def test_wider_text_is_told_to_be_wider():
    face = Face(INK, 9.5)
    assert face.width("forecast forecast") > 1.9 * face.width("forecast") > 60
