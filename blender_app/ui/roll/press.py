"""What a press on a piano roll begins, by the tool, the place and the modifiers."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent

from blender_app.core.notes import Note
from blender_app.ui.roll.geometry import RollGeometry
from blender_app.ui.roll.model import RollModel
from blender_app.ui.roll.notes import NOTHING, Edit, Notes
from blender_app.ui.roll.touch import Band, Draw, Erase, Gesture, Grip, Lane, Loudness, Move, Sketch, Stretch

_EDGE_PX = 7.0
"""Width of the part of a note that stretches it."""
_LEAST_FOR_START_PX = 30.0
"""Width of a note from which on its beginning can be dragged, too."""
_LEFT, _RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
_SEVERAL = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier


class RollTool(Enum):
    """What a drag on free ground does."""

    DRAW = "draw"
    SKETCH = "sketch"
    CHOOSE = "choose"
    ERASE = "erase"


_SHAPES = {
    RollTool.DRAW: Qt.CursorShape.CrossCursor,
    RollTool.SKETCH: Qt.CursorShape.CrossCursor,
    RollTool.CHOOSE: Qt.CursorShape.ArrowCursor,
    RollTool.ERASE: Qt.CursorShape.PointingHandCursor,
}


def gesture_of(
    event: QMouseEvent, geometry: RollGeometry, model: RollModel, tool: RollTool
) -> Gesture | None:
    """Return what a press begins, or None; cursor and chosen notes go with it.

    Parameters
    ----------
    event
        The press.
    geometry
        Of the roll.
    model
        Its notes, cursor and pen.
    tool
        What a drag on free ground does.
    """
    point, button = event.position(), event.button()
    grip = Grip(
        geometry, model.notes, model.chosen, model.snapped, point, model.pen_velocity, model.pen_length
    )
    if geometry.in_lane(point):
        return Lane(grip) if button == _LEFT else None
    if button not in (_LEFT, _RIGHT) or not geometry.rect.contains(point):
        return None
    if button == _RIGHT or tool is RollTool.ERASE:
        return Erase(grip)
    return _drag_of(grip, model, tool, event.modifiers())


def _drag_of(grip: Grip, model: RollModel, tool: RollTool, modifiers: Qt.KeyboardModifier) -> Gesture:
    note = grip.geometry.note_at(grip.notes, grip.point)
    model.go_to(grip.step, grip.pitch)
    if tool is RollTool.SKETCH and not modifiers:
        model.choose_none()
        return Sketch(replace(grip, chosen=NOTHING, snap=model.sketched))
    if note is not None:
        return _drag_on(note, grip, model, modifiers)
    if tool is RollTool.CHOOSE or modifiers & _SEVERAL:
        return Band(grip, adds=bool(modifiers & _SEVERAL))
    model.choose_none()
    return Draw(replace(grip, chosen=NOTHING))


def _drag_on(note: Note, grip: Grip, model: RollModel, modifiers: Qt.KeyboardModifier) -> Gesture:
    if modifiers & Qt.KeyboardModifier.ShiftModifier:
        model.chosen ^= {note.step}
    elif note.step not in model.chosen:
        model.chosen = frozenset({note.step})
    model.pen_velocity = note.velocity
    grip = replace(grip, chosen=model.chosen)
    if modifiers & Qt.KeyboardModifier.AltModifier:
        return Loudness(grip)
    edge = _edge_at(grip.geometry, note, grip.point)
    if edge:
        return Stretch(grip, start=edge < 0)
    return Move(grip, copies=bool(modifiers & Qt.KeyboardModifier.ControlModifier))


def _edge_at(geometry: RollGeometry, note: Note, point: QPointF) -> int:
    """Return whether a point is at a note's beginning (-1), at its end (1) or on it (0)."""
    box = geometry.note_rect(note)
    edge = min(_EDGE_PX, box.width() / 3)
    if point.x() > box.right() - edge:
        return 1
    return -1 if box.width() >= _LEAST_FOR_START_PX and point.x() < box.left() + edge else 0


def follow(model: RollModel, touch: Gesture, edit: Edit, point: QPointF) -> None:
    """Keep the cursor with the note under the hand, and let the pen remember its length and velocity.

    Parameters
    ----------
    model
        With cursor and pen.
    touch
        What the hand does.
    edit
        What came of it so far.
    point
        Where the hand is, in pixels.
    """
    if isinstance(touch, Draw | Stretch) and edit.wished:
        model.pen_length = int(edit.wished[-1].length_steps)
    if isinstance(touch, Sketch):
        model.go_to(touch.grip.geometry.step_at(point.x()), model.pitch)
    if isinstance(touch, Move | Stretch | Loudness) and len(model.chosen) == 1:
        note = next(note for note in model.notes if note.step in model.chosen)
        model.go_to(note.step, note.pitch)
        model.pen_velocity = note.velocity
    elif isinstance(touch, Draw | Sketch) and model.here is not None:
        model.go_to(model.step, model.here.pitch)


def shape_at(geometry: RollGeometry, notes: Notes, point: QPointF, tool: RollTool) -> Qt.CursorShape:
    """Return the pointer's shape, which tells what a press would do.

    Parameters
    ----------
    geometry
        Of the roll.
    notes
        Of the loop.
    point
        Where the pointer is, in pixels.
    tool
        What a drag on free ground does.
    """
    if geometry.in_lane(point):
        return Qt.CursorShape.SizeVerCursor
    if geometry.keys.contains(point):
        return Qt.CursorShape.PointingHandCursor
    if not geometry.rect.contains(point):
        return Qt.CursorShape.ArrowCursor
    note = geometry.note_at(notes, point)
    if note is None or tool in (RollTool.SKETCH, RollTool.ERASE):
        return _SHAPES[tool]
    on_edge = _edge_at(geometry, note, point)
    return Qt.CursorShape.SizeHorCursor if on_edge else Qt.CursorShape.OpenHandCursor


def turns_bars(event: QWheelEvent, geometry: RollGeometry, notes: Notes) -> bool:
    """Say whether the wheel is for other bars: it turns sideways, or with Shift beside the notes.

    Parameters
    ----------
    event
        Of the wheel.
    geometry
        Of the roll.
    notes
        Of the loop.
    """
    delta, point = event.angleDelta(), event.position()
    beside = not geometry.rect.contains(point) or geometry.note_at(notes, point) is None
    shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
    return abs(delta.x()) > abs(delta.y()) or (shift and beside)
