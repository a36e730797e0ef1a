"""Where the steps of the morph lie: equal boxes in reading order, in as few rows as can be read."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF

LEGIBLE_PX = 92.0
"""Width from which a step's picture needs no more: nearly three pixels a sixteenth."""
_TALLEST = 1.5
"""Height of a box as a share of its width: a row is not to become bars."""
_GAP_PX = 5.0


class _Choice(NamedTuple):
    """One way to break the row, in device pixels."""

    legible: float
    rows: int
    cols: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class StepRow:
    """Boxes on whole device pixels, `cols` in a row, `gap` apart; the last row may be shorter.

    A position runs along all rows from 0, the middle of the first box, to 1, the middle of the last;
    where a row ends it goes on at the beginning of the next.

    Parameters
    ----------
    steps, cols
        How many boxes there are, and how many in a row.
    left, top
        Corner of the first box, in pixels.
    width, height
        Size of a box, in pixels.
    gap
        Between boxes, in pixels.
    """

    steps: int
    cols: int
    left: float
    top: float
    width: float
    height: float
    gap: float

    @classmethod
    def fit(cls, steps: int, area: QRectF, ratio: float) -> StepRow:
        """Return the boxes of `steps` in `area`, for a screen with `ratio` device pixels a pixel."""
        gap = round(_GAP_PX * ratio)
        across, down = math.floor(area.width() * ratio), math.floor(area.height() * ratio)
        choices = []
        for rows in range(1, steps + 1):
            cols = math.ceil(steps / rows)
            if math.ceil(steps / cols) != rows:
                continue
            width = max(1, (across - (cols - 1) * gap) // cols)
            height = max(1, min((down - (rows - 1) * gap) // rows, round(width * _TALLEST)))
            legible = min(width, 2 * height, LEGIBLE_PX * ratio)
            choices.append(_Choice(legible, rows, cols, width, height))
        best = max(choices, key=lambda choice: (choice.legible, -choice.rows))
        full = (one for one in choices if one.rows == best.rows + 1 and one.rows * one.cols == steps)
        if best.rows * best.cols > steps:  # one row more, if it leaves no hole at the end
            best = next((one for one in full if one.legible == best.legible), best)
        cols, width, height = best.cols, best.width, best.height
        used = cols * (width + gap) - gap, best.rows * (height + gap) - gap
        left, top = (across - used[0]) // 2, (down - used[1]) // 2
        return cls(
            steps,
            cols,
            area.left() + left / ratio,
            area.top() + max(0, top) / ratio,
            width / ratio,
            height / ratio,
            gap / ratio,
        )

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return math.ceil(self.steps / self.cols)

    @property
    def rect(self) -> QRectF:
        """The field of all boxes."""
        wide, tall = self.width + self.gap, self.height + self.gap
        return QRectF(self.left, self.top, self.cols * wide - self.gap, self.rows * tall - self.gap)

    def box(self, step: int) -> QRectF:
        """Return the box of `step`."""
        row, col = divmod(step, self.cols)
        wide, tall = self.width + self.gap, self.height + self.gap
        return QRectF(self.left + col * wide, self.top + row * tall, self.width, self.height)

    def step_at(self, point: QPointF) -> int | None:
        """Return the step whose box is at `point`; None beside them."""
        for step in range(self.steps):
            if self.box(step).contains(point):
                return step
        return None

    def position_of(self, point: QPointF) -> float:
        """Return the position nearest to `point`, 0-1: its row counts first, then how far along."""
        row = math.floor((point.y() - self.top) / (self.height + self.gap))
        row = min(max(row, 0), self.rows - 1)
        in_row = min(self.cols, self.steps - row * self.cols)
        along = (point.x() - self.left + self.gap / 2) / (self.width + self.gap)
        along = min(max(along, 0.0), float(in_row))
        return min(max((row * self.cols + along - 0.5) / (self.steps - 1), 0.0), 1.0)

    def weights(self, position: float) -> dict[int, float]:
        """Return the one or two steps around a `position`, and how near (0-1) it is to each."""
        along = position * (self.steps - 1)
        first = min(int(along), self.steps - 2)
        share = along - first
        return {step: near for step, near in ((first, 1.0 - share), (first + 1, share)) if near > 0.0}
