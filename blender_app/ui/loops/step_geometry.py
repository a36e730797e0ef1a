"""Where the steps of a loop lie in a large view: as many bars as are readable, the others out of sight."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize

from blender_app.core.drums import VOICE_COUNT
from blender_app.core.time import DEFAULT_STEPS, STEPS_PER_BAR, STEPS_PER_BEAT

LEAST_STEP_PX = 8.0
"""Width of a step from which on more than two bars of a longer loop are in sight."""
_LEAST_HEIGHT = 0.22


@dataclass(frozen=True, slots=True)
class StepGeometry:
    """Boxes of steps by nine voices within `rect`; the kick at the bottom, a gap between bars.

    Parameters
    ----------
    rect
        Where the steps in sight are, in pixels.
    steps
        Length of the loop, 16 to 256.
    first
        The first step in sight, on a bar line.
    shown
        How many steps are in sight, whole bars.
    """

    rect: QRectF
    steps: int = DEFAULT_STEPS
    first: int = 0
    shown: int = DEFAULT_STEPS

    @classmethod
    def within(cls, rect: QRectF, steps: int, first: int = 0) -> StepGeometry:
        """Return the boxes of a loop within a rectangle: of all its bars, or of as many as are readable.

        Parameters
        ----------
        rect
            Where they go, in pixels.
        steps
            Length of the loop, 16 to 256.
        first
            The first step to be in sight, as far as there are enough behind it.
        """
        shown = min(steps, DEFAULT_STEPS)
        while shown < steps and rect.width() / (2 * shown) >= LEAST_STEP_PX:
            shown *= 2
        first = min(max(first, 0) // STEPS_PER_BAR * STEPS_PER_BAR, steps - shown)
        return cls(rect, steps, first, shown)

    @classmethod
    def of(cls, size: QSize, ruler_height: float, steps: int, first: int = 0) -> StepGeometry:
        """Return the boxes within a widget of a size, below beat numbers of a height in pixels.

        Parameters
        ----------
        size
            The widget's.
        ruler_height
            Of the numbers.
        steps, first
            As for `within`.
        """
        top = ruler_height + 4.0
        rect = QRectF(4.0, top + 3.0, size.width() - 8.0, size.height() - top - 6.0)
        return cls.within(rect, steps, first)

    # -- what is in sight ---------------------------------------------------------------------------

    @property
    def end(self) -> int:
        """The step behind the last one in sight."""
        return self.first + self.shown

    @property
    def scrolls(self) -> bool:
        """Whether there are steps out of sight."""
        return self.shown < self.steps

    @property
    def beats(self) -> range:
        """The beats in sight, counted from the loop's beginning."""
        return range(self.first // STEPS_PER_BEAT, self.end // STEPS_PER_BEAT)

    def shows(self, step: float) -> bool:
        """Say whether a position in steps, `step`, is in sight."""
        return self.first <= step < self.end

    # -- places -------------------------------------------------------------------------------------

    @property
    def bar_gap(self) -> float:
        """Room between two bars in pixels."""
        return min(6.0, self.rect.width() * 0.012)

    @property
    def step_width(self) -> float:
        """Width of a step in pixels."""
        gaps = self.shown // STEPS_PER_BAR - 1
        return (self.rect.width() - gaps * self.bar_gap) / self.shown

    @property
    def row_height(self) -> float:
        """Height of a voice's row in pixels."""
        return self.rect.height() / VOICE_COUNT

    def x_of(self, step: float) -> float:
        """Return the left edge in pixels of a position, `step`; one out of sight lies outside."""
        bars = min(int(step // STEPS_PER_BAR), self.steps // STEPS_PER_BAR - 1) - self.first // STEPS_PER_BAR
        return self.rect.left() + (step - self.first) * self.step_width + bars * self.bar_gap

    def step_at(self, x: float) -> int:
        """Return the step in sight nearest to the column of pixels `x`."""
        bar_width = STEPS_PER_BAR * self.step_width + self.bar_gap
        bars = self.shown // STEPS_PER_BAR
        bar = min(bars - 1, max(0, int((x - self.rect.left() + self.bar_gap / 2) // bar_width)))
        step = int((x - self.rect.left() - bar * bar_width) // self.step_width)
        return self.first + bar * STEPS_PER_BAR + min(STEPS_PER_BAR - 1, max(0, step))

    def row_rect(self, voice: int) -> QRectF:
        """Return the box of the whole row of a `voice`."""
        top = self.rect.top() + (VOICE_COUNT - 1 - voice) * self.row_height
        return QRectF(self.rect.left(), top, self.rect.width(), self.row_height)

    def cell_rect(self, step: int, voice: int) -> QRectF:
        """Return the box of one `step` of one `voice`."""
        row = self.row_rect(voice)
        return QRectF(self.x_of(step), row.top(), self.step_width, row.height())

    def column_rect(self, first: int, last: int) -> QRectF:
        """Return the box of the steps `first` to `last`, of all voices, with room for shifted hits."""
        left = self.x_of(max(self.first, first))
        right = self.x_of(min(self.end - 1, last)) + self.step_width
        return QRectF(
            left - self.step_width, self.rect.top(), right - left + 2 * self.step_width, self.rect.height()
        )

    def hit_rect(self, step: int, voice: int, velocity: int, microtiming: float) -> QRectF:
        """Return the mark of a hit on `step` of `voice`.

        Its `velocity` 1-127 is the height, and `microtiming` (in steps) shifts it.
        """
        cell = self.cell_rect(step, voice)
        room = cell.height() - 3.0
        height = max(2.0, room * (_LEAST_HEIGHT + (1.0 - _LEAST_HEIGHT) * velocity / 127.0))
        width = max(2.0, cell.width() - max(1.0, cell.width() * 0.16))
        left = cell.left() + (cell.width() - width) / 2 + microtiming * cell.width()
        return QRectF(left, cell.bottom() - 1.5 - height, width, height)

    def at(self, point: QPointF) -> tuple[int, int] | None:
        """Return (step, voice) under the pixel `point`, or None outside."""
        if not self.rect.contains(point):
            return None
        return self.nearest(point)

    def nearest(self, point: QPointF) -> tuple[int, int]:
        """Return (step, voice) in sight nearest to the pixel `point`."""
        row = int((point.y() - self.rect.top()) / self.row_height)
        return self.step_at(point.x()), min(VOICE_COUNT - 1, max(0, VOICE_COUNT - 1 - row))
