"""What a drag on a piano roll does: one object from press to release, values in, an edit out.

A gesture sees the roll as it was when the button went down, so notes that were only cut in passing
come back, and scrolling under the hand changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Protocol

from PySide6.QtCore import QLineF, QPointF, QRectF

from blender_app.core.melody import MAX_PITCH
from blender_app.core.notes import Note
from blender_app.core.time import STEPS_PER_BEAT
from blender_app.ui.roll.geometry import RollGeometry
from blender_app.ui.roll.notes import (
    NOTHING,
    Chosen,
    Edit,
    Notes,
    Snap,
    begun,
    cleared,
    combined,
    louder,
    moved,
    stretched,
)

MOVED_PX = 4.0
"""How far a press must move to be a drag."""
_VELOCITY_PER_PX = 0.8
_OFF_BEAT_SOFTER = 14
_STICKY_ROWS = 0.22
"""How far over a row's edge a sketch must go to leave its pitch: hands are not rulers."""


@dataclass(frozen=True, slots=True)
class Grip:
    """The roll at the moment of the press.

    Parameters
    ----------
    geometry
        Of the roll.
    notes
        Of the loop.
    chosen
        Steps on which those start that are chosen.
    snap
        Brings a pitch, at a step, into the key.
    point
        Where it was pressed, in pixels.
    velocity, length
        Of new notes, the length in steps.
    """

    geometry: RollGeometry
    notes: Notes
    chosen: Chosen
    snap: Snap
    point: QPointF
    velocity: int = 100
    length: int = 1

    @property
    def step(self) -> int:
        """The step under the press."""
        return self.geometry.step_at(self.point.x())

    @property
    def loop_steps(self) -> int:
        """Length of the loop."""
        return self.geometry.steps.steps

    @property
    def pitch(self) -> int:
        """The pitch under the press."""
        return self.geometry.pitch_at(self.point.y())

    def steps_to(self, point: QPointF) -> int:
        """Return by how many steps a pointer at `point` has moved."""
        return round((point.x() - self.point.x()) / self.geometry.steps.step_width)

    def rows_to(self, point: QPointF) -> int:
        """Return by how many rows a pointer at `point` has moved up."""
        return round((self.point.y() - point.y()) / self.geometry.row_height)

    def is_drag(self, point: QPointF) -> bool:
        """Tell whether a pointer at `point` has left the place of the press."""
        away = point - self.point
        return max(abs(away.x()), abs(away.y())) >= MOVED_PX


class Gesture(Protocol):
    """A drag: `moved` gives the roll for each place of the pointer, the press's own first."""

    text: str

    def moved(self, point: QPointF) -> Edit:
        """Return the notes with the hand at `point`, in pixels."""


@dataclass
class Draw:
    """A new note, made from `grip`; dragging sets its length. `text` names it for the undo menu."""

    grip: Grip
    text: str = "Draw note"
    _sets_length: bool = False

    def moved(self, point: QPointF) -> Edit:
        """Return the notes with a new one whose length follows the hand to `point`."""
        grip = self.grip
        self._sets_length = self._sets_length or abs(point.x() - grip.point.x()) >= MOVED_PX
        to = grip.geometry.step_at(point.x())
        length = max(1, to - grip.step + 1) if self._sets_length else grip.length
        note = Note(grip.step, grip.snap(grip.pitch, grip.step), grip.velocity, float(length))
        return replace(combined(grip.notes, [note], grip.loop_steps), chosen=NOTHING)


@dataclass
class Move:
    """Chosen notes of `grip` follow the hand, or `copies` of them. `text` names it for the undo menu."""

    grip: Grip
    copies: bool = False
    text: str = "Move notes"
    _moves: bool = False

    def moved(self, point: QPointF) -> Edit:
        """Return the notes moved by whole steps and rows, after the hand to `point`."""
        grip = self.grip
        self._moves = self._moves or grip.is_drag(point)
        if not self._moves:
            return Edit(grip.notes, grip.chosen)
        steps, rows = grip.steps_to(point), grip.rows_to(point)
        return moved(grip.notes, grip.chosen, steps, rows, grip.snap, grip.loop_steps, self.copies)


@dataclass
class Stretch:
    """The ends of chosen notes of `grip` follow the hand, or their starts.

    `start` says which; `text` names it for the undo menu.
    """

    grip: Grip
    start: bool = False
    text: str = "Stretch notes"

    def moved(self, point: QPointF) -> Edit:
        """Return the notes with their ends moved after the hand to `point`."""
        change = begun if self.start else stretched
        grip = self.grip
        return change(grip.notes, grip.chosen, grip.steps_to(point), grip.loop_steps)


@dataclass
class Loudness:
    """Up is louder for chosen notes of `grip`. `text` names it for the undo menu."""

    grip: Grip
    text: str = "Velocity of notes"

    def moved(self, point: QPointF) -> Edit:
        """Return the notes with other velocities, the louder the higher `point` is."""
        by = (self.grip.point.y() - point.y()) * _VELOCITY_PER_PX
        return louder(self.grip.notes, self.grip.chosen, by)


@dataclass
class Lane:
    """Draws velocities into the lane: each note that the hand passes takes the hand's height.

    The notes are those of `grip`; `text` names it for the undo menu.
    """

    grip: Grip
    text: str = "Velocity of notes"
    _notes: Notes = ()
    _last: QPointF | None = None

    def moved(self, point: QPointF) -> Edit:
        """Return the notes with the velocities drawn so far, up to `point`."""
        geometry = self.grip.geometry
        if self._last is None:
            held = geometry.step_at(point.x())
            steps = {
                note.step for note in self.grip.notes if note.step <= held < note.step + note.length_steps
            }
            self._notes, self._last = self.grip.notes, point
        else:
            ends = sorted((geometry.step_at(self._last.x()), geometry.step_at(point.x())))
            steps = set(range(ends[0], ends[1] + 1))
        line = QLineF(self._last, point)
        self._notes = tuple(
            replace(note, velocity=geometry.velocity_at(self._height_at(note, line)))
            if note.step in steps
            else note
            for note in self._notes
        )
        self._last = point
        return Edit(self._notes, self.grip.chosen)

    def _height_at(self, note: Note, line: QLineF) -> float:
        """Return the height of a stroke where it passes a note, or at its end."""
        x = self.grip.geometry.stem_rect(note).center().x()
        inside = min(line.x1(), line.x2()) <= x <= max(line.x1(), line.x2())
        return line.pointAt((x - line.x1()) / line.dx()).y() if inside and line.dx() else line.y2()


@dataclass
class Erase:
    """Takes away every note of `grip` that the hand passes. `text` names it for the undo menu."""

    grip: Grip
    text: str = "Delete notes"
    _gone: set[int] = field(default_factory=set)
    _last: QPointF | None = None

    def moved(self, point: QPointF) -> Edit:
        """Return the notes that are left when the hand has come to `point`."""
        line = QLineF(self._last or point, point)
        count = max(1, round(line.length() / 2.0))
        for place in (line.pointAt(index / count) for index in range(count + 1)):
            note = self.grip.geometry.note_at(self.grip.notes, place)
            if note is not None:
                self._gone.add(note.step)
        self._last = point
        return Edit(tuple(note for note in self.grip.notes if note.step not in self._gone))


@dataclass
class Band:
    """A rubber band: chooses what it touches.

    Parameters
    ----------
    grip
        The roll when it was pressed.
    adds
        Whether what was chosen stays so.
    text
        For the undo menu: nothing.
    rect
        The band so far, in pixels.
    """

    grip: Grip
    adds: bool = False
    text: str = ""
    rect: QRectF = field(default_factory=QRectF)

    def moved(self, point: QPointF) -> Edit:
        """Return the notes with others chosen: those in the band that reaches to `point`."""
        self.rect = QRectF(self.grip.point, point).normalized()
        touched = {
            note.step for note in self.grip.notes if self.grip.geometry.note_rect(note).intersects(self.rect)
        }
        return Edit(self.grip.notes, frozenset(touched) | (self.grip.chosen if self.adds else NOTHING))


@dataclass
class Sketch:
    """A stroke that becomes notes: each step's mean height is a pitch, equal neighbours are one note.

    Parameters
    ----------
    grip
        The roll when it was pressed.
    text
        For the undo menu.
    line
        What the hand drew so far, in pixels.
    """

    grip: Grip
    text: str = "Sketch"
    line: list[QPointF] = field(default_factory=list)
    _heights: dict[int, list[float]] = field(default_factory=dict)

    def moved(self, point: QPointF) -> Edit:
        """Return the notes with the stroke so far, up to `point`, in place of what it passed."""
        last = self.line[-1] if self.line else point
        self.line.append(point)
        self._add(QLineF(last, point))
        pitches = self._pitches()
        held: list[Note] = []
        for step, pitch in sorted(pitches.items()):
            before = held[-1] if held else None
            if before is not None and before.pitch == pitch and before.step + before.length_steps == step:
                held[-1] = replace(before, length_steps=before.length_steps + 1)
            else:
                held.append(Note(step, pitch, self._velocity(step)))
        kept = cleared(self.grip.notes, min(pitches), max(pitches) + 1)
        return replace(combined(kept, held, self.grip.loop_steps), chosen=NOTHING)

    def _add(self, line: QLineF) -> None:
        """Note down the heights of a piece of the stroke; going back over a step draws it anew."""
        geometry = self.grip.geometry
        count = max(1, round(line.length() / 2.0))
        newest = geometry.step_at(line.x1()) if self._heights else -1
        for place in (line.pointAt((index + 1) / count) for index in range(count)):
            step = geometry.step_at(place.x())
            row = (geometry.rect.bottom() - place.y()) / geometry.row_height + geometry.view.low
            if step != newest:
                self._heights[step], newest = [], step
            self._heights.setdefault(step, []).append(row)

    def _pitches(self) -> dict[int, int]:
        pitches: dict[int, int] = {}
        last: float | None = None
        for step, heights in sorted(self._heights.items()):
            height = sum(heights) / len(heights)
            if last is None or not last - _STICKY_ROWS <= height < last + 1 + _STICKY_ROWS:
                last = float(int(height // 1))
            pitches[step] = self.grip.snap(min(MAX_PITCH, max(0, int(last))), step)
        return pitches

    def _velocity(self, step: int) -> int:
        """Return the pen's velocity, softer off the beat."""
        softer = 0 if step % STEPS_PER_BEAT == 0 else _OFF_BEAT_SOFTER
        return max(1, self.grip.velocity - softer)
