"""What a hand is doing on a roll, from the press until it lets go."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF

from blender_app.ui.roll.model import RollModel
from blender_app.ui.roll.notes import Notes
from blender_app.ui.roll.press import follow
from blender_app.ui.roll.touch import Gesture, Move


class Touching:
    """One gesture at a time, done to the model and told as one step of the history.

    Parameters
    ----------
    model
        What is touched.
    edited
        Told after each change, with what it is called.
    started, ended
        Told round the changes of a gesture that made any; `started` with what it is called.
    """

    def __init__(
        self,
        model: RollModel,
        edited: Callable[[str], None],
        started: Callable[[str], None],
        ended: Callable[[], None],
    ) -> None:
        self._model = model
        self._edited, self._started, self._ended = edited, started, ended
        self._before = model.loop
        self._has_changed = False
        self.gesture: Gesture | None = None
        self.lost: Notes = ()
        """Notes that the gesture has cut away so far."""

    def begin(self, gesture: Gesture) -> None:
        """Take up a `gesture`."""
        self.gesture, self._before = gesture, self._model.loop

    def move_to(self, point: QPointF) -> None:
        """Let the gesture go on to `point` in pixels, and tell what it changed."""
        gesture = self.gesture
        if gesture is None:
            return
        edit = gesture.moved(point)
        self.lost = edit.lost
        if self._model.apply(edit):
            if not self._has_changed:
                self._has_changed = True
                self._started(gesture.text)
            self._edited(gesture.text)
        follow(self._model, gesture, edit, point)

    def choose_tapped(self, point: QPointF) -> None:
        """Choose the note that was pressed, where the hand lets it go at `point` undragged."""
        gesture = self.gesture
        if isinstance(gesture, Move) and not gesture.grip.is_drag(point):
            note = gesture.grip.geometry.note_at(gesture.grip.notes, gesture.grip.point)
            if note is not None:
                self._model.chosen = frozenset({note.step})

    def end(self) -> None:
        """Let go of what the hand was doing, if anything."""
        self.gesture, self.lost = None, ()
        if self._has_changed:
            self._has_changed = False
            self._ended()

    def take_back(self) -> None:
        """Let go as if it had not begun."""
        gesture = self.gesture
        if gesture is not None and self._model.loop != self._before:
            self._model.take(self._before)
            self._edited(gesture.text)
        self.end()
