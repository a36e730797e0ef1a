"""Where the notes of a piano roll lie, its keyboard and its lane of velocities."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF

from blender_app.core.melody import MAX_PITCH, OCTAVE
from blender_app.core.notes import Note
from blender_app.ui.loops.step_geometry import StepGeometry
from blender_app.ui.roll.notes import Notes

MIN_ROWS, MAX_ROWS = OCTAVE, MAX_PITCH + 1
SHARPS = frozenset({1, 3, 6, 8, 10})
"""Pitch classes of the black keys."""
_MARGIN_ROWS = 2
_FIT_ROWS = 17
"""Least rows that a fit shows, with the margins: an octave and a fourth."""
_MIDDLE_PITCH = 60


@dataclass(frozen=True, slots=True)
class PitchView:
    """The pitches in sight: `low`, the lowest one, and how many `rows` there are."""

    low: int
    rows: int

    @property
    def high(self) -> int:
        """The highest pitch in sight."""
        return self.low + self.rows - 1

    @classmethod
    def of(cls, low: int, rows: int) -> PitchView:
        """Return a view of 12 to 128 `rows` from the pitch `low` up, brought into MIDI's pitches."""
        rows = min(MAX_ROWS, max(MIN_ROWS, rows))
        return cls(min(MAX_ROWS - rows, max(0, low)), rows)

    @classmethod
    def fit(cls, notes: Notes) -> PitchView:
        """Return a view that shows `notes` with some room above and below."""
        pitches = [note.pitch for note in notes] or [_MIDDLE_PITCH]
        low, high = min(pitches) - _MARGIN_ROWS, max(pitches) + _MARGIN_ROWS
        missing = max(0, _FIT_ROWS - (high - low + 1))
        return cls.of(low - missing // 2, high - low + 1 + missing)

    def shows(self, notes: Notes) -> bool:
        """Tell whether all `notes` are in sight."""
        return all(self.low <= note.pitch <= self.high for note in notes)

    def showing(self, pitch: int) -> PitchView:
        """Return the view scrolled as little as possible to show `pitch`."""
        return PitchView.of(max(min(self.low, pitch), pitch - self.rows + 1), self.rows)

    def scrolled(self, by: int) -> PitchView:
        """Return the view `by` rows higher."""
        return PitchView.of(self.low + by, self.rows)

    def zoomed(self, by: int, pitch: int) -> PitchView:
        """Return the view with `by` rows more, `pitch` staying where it is as far as it can."""
        rows = min(MAX_ROWS, max(MIN_ROWS, self.rows + by))
        share = (pitch - self.low) / self.rows
        return PitchView.of(round(pitch - share * rows), rows)


@dataclass(frozen=True, slots=True)
class RollGeometry:
    """Boxes of the steps by the pitches in sight, the lowest at the bottom.

    Parameters
    ----------
    steps
        Where the steps stand, which is where those of drums stand.
    view
        The pitches in sight.
    keys
        The keyboard's box at the left.
    lane
        That of the velocities below.
    """

    steps: StepGeometry
    view: PitchView
    keys: QRectF
    lane: QRectF

    @property
    def rect(self) -> QRectF:
        """The box of the steps and pitches in sight, in pixels."""
        return self.steps.rect

    @property
    def row_height(self) -> float:
        """Height of a pitch's row in pixels."""
        return self.rect.height() / self.view.rows

    def y_of(self, pitch: float) -> float:
        """Return the top edge in pixels of the row of a `pitch`."""
        return self.rect.bottom() - (pitch - self.view.low + 1) * self.row_height

    def span(self, step: float, length: float) -> tuple[float, float]:
        """Return left and right edge in pixels of `length` steps from `step` on."""
        left = self.steps.x_of(step)
        return left, self.steps.x_of(step + length - 1) + self.steps.step_width

    def row_rect(self, pitch: int) -> QRectF:
        """Return the box of the whole row of a `pitch`."""
        return QRectF(self.rect.left(), self.y_of(pitch), self.rect.width(), self.row_height)

    def cell_rect(self, step: int, pitch: int) -> QRectF:
        """Return the box of one `step` of one `pitch`."""
        left, right = self.span(step, 1)
        return QRectF(left, self.y_of(pitch), right - left, self.row_height)

    def note_rect(self, note: Note) -> QRectF:
        """Return the bar of `note`: as long as it lasts, shifted by its microtiming."""
        left, right = self.span(note.step, note.length_steps)
        shift = note.microtiming * self.steps.step_width
        inset = min(1.0, self.row_height * 0.08)
        gap = min(2.0, self.steps.step_width * 0.14)
        height = self.row_height - 2 * inset
        return QRectF(left + shift, self.y_of(note.pitch) + inset, right - left - gap, height)

    def stem_rect(self, note: Note) -> QRectF:
        """Return the box of the velocity of `note` in the lane, 1-127 being its height."""
        left, right = self.span(note.step, 1)
        height = max(2.0, self.lane.height() * note.velocity / 127.0)
        width = max(2.0, right - left - max(1.0, (right - left) * 0.16))
        return QRectF(left + (right - left - width) / 2, self.lane.bottom() - height, width, height)

    def step_at(self, x: float) -> int:
        """Return the step in sight nearest to the column of pixels `x`."""
        return self.steps.step_at(x)

    def pitch_at(self, y: float) -> int:
        """Return the pitch in sight nearest to the row of pixels `y`."""
        row = int((self.rect.bottom() - y) // self.row_height)
        return self.view.low + min(self.view.rows - 1, max(0, row))

    def velocity_at(self, y: float) -> int:
        """Return the velocity 1-127 at the row of pixels `y` of the lane."""
        share = (self.lane.bottom() - y) / max(1.0, self.lane.height())
        return min(127, max(1, round(127 * share)))

    def in_lane(self, point: QPointF) -> bool:
        """Tell whether the pixel `point` belongs to the velocity lane, with its margins."""
        return self.lane.height() > 0 and self.lane.adjusted(-4.0, -2.0, 4.0, 3.0).contains(point)

    def in_sight(self, notes: Iterable[Note]) -> Notes:
        """Return the `notes` that sound on steps in sight, whatever their pitches."""
        first, end = self.steps.first, self.steps.end
        return tuple(note for note in notes if first - note.length_steps < note.step < end)

    def note_at(self, notes: Notes, point: QPointF) -> Note | None:
        """Return the one of `notes` whose bar is under the pixel `point`."""
        reach = max(0.0, (5.0 - self.row_height) / 2)  # thin bars are still easy to hit
        return next(
            (
                note
                for note in reversed(notes)
                if self.note_rect(note).adjusted(0.0, -reach, 0.0, reach).contains(point)
            ),
            None,
        )
