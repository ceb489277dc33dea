"""A sheet of pixels: lines and areas by Agg, words by Pillow.

matplotlib's figures draw the same, but make hundreds of objects for it and set each word several
times: a forecast would wait five times as long for its picture.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.colors import to_rgb
from matplotlib.path import Path as Outline
from matplotlib.transforms import IdentityTransform
from PIL import Image, ImageDraw, ImageFont

from stockcast_lib.forecasting.posterior import Array

DPI = 120
_POINT = DPI / 72
_COLOURS = 256
_AS_IS = IdentityTransform()
# In Pillow's letters: horizontally left, middle or right, vertically baseline, middle or top.
Anchor = Literal["ls", "lm", "rm", "mt", "rt"]
Numbers = Sequence[float] | Array


@dataclass(frozen=True)
class Face:
    """A text's look: its size in points."""

    colour: str
    size: float
    bold: bool = False

    @property
    def font(self) -> ImageFont.FreeTypeFont:
        """Pillow's font."""
        return _font(self.size, bold=self.bold)

    def width(self, text: str) -> float:
        """Pixels that a line of text takes."""
        return float(self.font.getlength(text))


@dataclass(frozen=True)
class Stroke:
    """A line's look: its width in points, and how far what lies below shows."""

    colour: str
    width: float
    opacity: float = 1.0
    dotted: bool = False


class Sheet:
    """Positions are in pixels from the lower left corner, strokes and fonts in points."""

    def __init__(self, width: int, height: int, paper: str) -> None:
        self.width, self.height, self._paper = width, height, paper
        renderer: Any = RendererAgg
        self._renderer = renderer(width, height, DPI)
        self._words: list[tuple[tuple[float, float], str, str, Any, Anchor | None]] = []
        self.area([0, width, width, 0], [0, 0, height, height], paper)

    def line(self, x: Numbers, y: Numbers, stroke: Stroke) -> None:
        """Through points."""
        pen = self._pen(stroke.colour, stroke.opacity, stroke.width)
        if stroke.dotted:
            pen.set_capstyle("butt")
            pen.set_dashes(0, [stroke.width, 1.65 * stroke.width])
        self._renderer.draw_path(pen, Outline(np.column_stack([x, y])), _AS_IS)

    def area(self, x: Numbers, y: Numbers, colour: str, opacity: float = 1.0) -> None:
        """A polygon, filled."""
        corners = np.column_stack([x, y])
        outline = Outline(np.vstack([corners, corners[:1]]), closed=True)
        pen = self._pen(colour, opacity, 0.0)
        self._renderer.draw_path(pen, outline, _AS_IS, to_rgb(colour))

    def ring(self, x: float, y: float, colour: str, radius: float) -> None:
        """A circle of paper, with its radius in points and a stroke half as wide."""
        pen = self._pen(colour, 1.0, radius / 2)
        circle = Outline.circle((x, y), radius * _POINT)
        self._renderer.draw_path(pen, circle, _AS_IS, to_rgb(self._paper))

    def words(self, x: float, y: float, text: str, face: Face, anchor: Anchor = "ls") -> None:
        """A line of text. All text lies above all else."""
        self._words.append(((x, self.height - y), text, face.colour, face.font, anchor))

    def upright_words(self, x: float, y: float, text: str, face: Face) -> None:
        """A line of text that reads upwards, its middle at a point."""
        left, top, right, bottom = face.font.getbbox(text)
        at = (x - (bottom - top) / 2, self.height - y - (right - left) / 2)
        turned = ImageFont.TransposedFont(face.font, Image.Transpose.ROTATE_90)
        self._words.append((at, text, face.colour, turned, None))

    def png(self) -> bytes:
        """The sheet as a PNG of 256 colours: more than a chart's pixels differ by to the eye."""
        pixels = np.asarray(self._renderer.buffer_rgba())[..., :3]
        image = Image.fromarray(np.ascontiguousarray(pixels))
        draw = ImageDraw.Draw(image)
        for at, text, colour, font, anchor in self._words:
            draw.text(at, text, fill=colour, font=font, anchor=anchor)
        target = io.BytesIO()
        self._reduced(image).save(target, format="png", compress_level=3)
        return target.getvalue()

    def _reduced(self, image: Image.Image) -> Image.Image:
        reduced = image.quantize(_COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        # The paper is an average of what is nearly white, too: beside a page's it would show.
        palette, corner = reduced.getpalette() or [], 3 * int(np.asarray(reduced)[0, 0])
        palette[corner : corner + 3] = [round(255 * part) for part in to_rgb(self._paper)]
        reduced.putpalette(palette)
        return reduced

    def _pen(self, colour: str, opacity: float, width: float) -> Any:
        pen = self._renderer.new_gc()
        pen.set_foreground(colour)
        pen.set_alpha(opacity)
        pen.set_linewidth(width)
        pen.set_joinstyle("round")
        pen.set_capstyle("projecting")
        return pen


@cache
def _font(size: float, *, bold: bool) -> ImageFont.FreeTypeFont:
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    path = Path(mpl.get_data_path(), "fonts", "ttf", name)
    return ImageFont.truetype(path, size * _POINT, layout_engine=ImageFont.Layout.BASIC)
