"""The piano roll: a melody's corner under the hand, by mouse, by keys, note by note or as a sketch.

The left button draws, stretches and moves, the right one deletes, Alt or the wheel sets velocity, and so
does the lane below the notes; Shift or Ctrl and a drag choose several.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, Qt, Signal, Slot
from PySide6.QtGui import (
    QContextMenuEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from blender_app.core.melody import OCTAVE, MelodyLoop
from blender_app.core.scales import Key
from blender_app.ui.controls import accessible
from blender_app.ui.look.theme import SMALL, Look
from blender_app.ui.roll.canvas import RollCanvas
from blender_app.ui.roll.geometry import PitchView
from blender_app.ui.roll.keyboard_painting import paint_key_pressed, paint_letters
from blender_app.ui.roll.keys import ZOOM_ROWS, action_of, letters_of, view_action_of
from blender_app.ui.roll.model import RollModel
from blender_app.ui.roll.notes import Notes
from blender_app.ui.roll.painting import (
    paint_band,
    paint_cursor,
    paint_lane,
    paint_lost,
    paint_notes,
    paint_stroke,
)
from blender_app.ui.roll.press import RollTool, gesture_of, shape_at, turns_bars
from blender_app.ui.roll.touch import Band, Draw, Move, Sketch, Stretch
from blender_app.ui.roll.touching import Touching

_WHEEL_VELOCITY = 4
_SCROLL_ROWS = 2
_WHEEL_TURN = 120
"""Qt's angle of one notch, in eighths of a degree."""
_MERGED = ("Velocity of notes", "Stretch notes", "Transpose notes", "Move notes", "Timing of notes")
"""Edits of which several in a row are one step of the history."""
_ENTERED = "Enter note"
_HEARD = ("Draw note", _ENTERED, "Transpose notes")


class PianoRoll(RollCanvas):
    """A melody loop under the hand; it shows what it is given and tells what was done.

    Colours and fonts come from `look`.
    """

    loopEdited = Signal(object, str, str)
    """The loop after an edit, what the edit is called, and a key by which small edits of a kind merge."""
    gestureStarted = Signal(str)
    gestureEnded = Signal()
    notePreviewed = Signal(int, int)
    """Pitch and velocity of a note to be heard at once."""
    cursorMoved = Signal()
    toolChanged = Signal(object)

    lane_share = 0.16

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self.model = RollModel()
        self._tool = RollTool.DRAW
        self._enters = False
        self._touching = Touching(
            self.model, self._tell_touch, self.gestureStarted.emit, self.gestureEnded.emit
        )
        self._taken: Notes | None = None
        self._heard: int | None = None
        self._hovered: int | None = None
        self._merge_count = 0
        self._wheel = 0
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Piano roll")
        self.setAccessibleDescription(
            "Arrow keys move, Space sets or removes a note, Shift and arrows stretch and transpose it, "
            "plus and minus set its velocity, N goes to the next note"
        )

    # -- what is shown --------------------------------------------------------------------------------

    def set_loop(self, loop: MelodyLoop, fit: bool = False) -> None:
        """Show `loop` instead; the pitches in sight stay, unless they hide notes or are to `fit`."""
        if loop != self.model.loop:
            self._drop_touch()
            self.model.take(loop)
            self.set_steps(loop.steps)
            if not self.model.notes:
                self.model.go_to(0, self.model.pitch)
            fit = fit or not self._view.shows(self.model.notes)
            accessible.announce(self)
        if fit:
            self.fit()
        self.update()

    def show_loop(self, loop: MelodyLoop) -> None:
        """Show `loop`, that of another place: all of it in sight, the cursor on its first note."""
        self.set_loop(loop, fit=True)
        if self.model.notes:
            self.model.go_to(self.model.notes[0].step, self.model.notes[0].pitch)
        self._sight.scroll_to(self.model.step)
        self.model.choose_none()

    def fit(self) -> None:
        """Bring all notes into sight, with some room round them."""
        self.set_pitch_view(PitchView.fit(self.model.notes))
        self.model.pitch = min(self._view.high, max(self._view.low, self.model.pitch))
        self.update()

    def set_key(self, key: Key | None) -> None:
        """Light the rows of `key`, and let pitches snap to it; None is no key."""
        self.model.key = key
        super().set_key(key)

    def set_snap(self, snaps: bool) -> None:
        """Let pitches snap to the key's scale if `snaps`, or not."""
        self.model.snaps = snaps

    def show_take(self, loop: MelodyLoop | None) -> None:
        """Show the `loop` being recorded, and as outlines what it is to replace; None ends that."""
        self._taken = loop.to_notes() if loop is not None else None
        self.update()

    @property
    def tool(self) -> RollTool:
        """What a drag on free ground does."""
        return self._tool

    def set_tool(self, tool: RollTool) -> None:
        """Choose the `tool` for a drag on free ground."""
        if tool is not self._tool:
            self._tool = tool
            self.toolChanged.emit(tool)

    @property
    def enters_steps(self) -> bool:
        """Whether letters and a MIDI keyboard enter notes at the cursor."""
        return self._enters

    def set_step_entry(self, enters: bool) -> None:
        """Say whether a letter or a MIDI keyboard `enters` notes at the cursor."""
        if enters != self._enters:
            self._enters = enters
            if enters:
                self.model.piano_pitch = self.model.pitch // OCTAVE * OCTAVE
            self.update()

    def enter_note(self, pitch: int, velocity: int) -> None:
        """Enter a `pitch` (0-127) at the cursor, which goes on; a `velocity` of 0 only ends a note."""
        if self._enters and velocity > 0:
            self._tell(self.model.enter(pitch, velocity))
            self._show_cursor()

    def _show_cursor(self) -> None:
        """Scroll as little as possible to bring the cursor into sight."""
        self.set_pitch_view(self._view.showing(self.model.pitch))
        self._sight.show(self.model.step)

    @Slot()
    def forget_copied(self) -> None:
        """Leave Ctrl+V to others: something else was copied."""
        self.model.copied = ()

    def _sounding_notes(self) -> Notes:
        return self.model.notes if self._taken is None else self._taken

    # -- drawing --------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._paint_color(painter)
        painter.drawPixmap(0, 0, self._rows())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        geometry, model, small = self.roll_geometry(), self.model, self._look.font(SMALL)
        self._paint_keys(painter)
        painter.save()
        painter.setClipRect(geometry.rect.united(geometry.lane).adjusted(-4, -3, 4, 3))
        notes, chosen = self._sounding_notes(), model.chosen if self._taken is None else frozenset()
        paint_lost(painter, geometry, self._touching.lost if self._taken is None else model.notes)
        paint_notes(painter, geometry, notes, small, chosen)
        paint_lane(painter, geometry, notes, chosen)
        if self.hasFocus() or self._enters:
            length = model.pen_length if self._enters else 1
            paint_cursor(painter, geometry, model.step, model.pitch, length, self._enters)
        if isinstance(self._touching.gesture, Band):
            paint_band(painter, self._touching.gesture.rect)
        if isinstance(self._touching.gesture, Sketch):
            paint_stroke(painter, self._touching.gesture.line)
        self._paint_playhead(painter)
        painter.restore()
        if self._enters:
            paint_letters(painter, geometry, letters_of(model), self._look.theme, small)
        painter.end()

    def _paint_keys(self, painter: QPainter) -> None:
        """Mark the key of the pitch under the pointer, or at the cursor."""
        theme, geometry = self._look.theme, self.roll_geometry()
        cursor = self.model.pitch if self.hasFocus() else None
        pitch = (
            self._heard if self._heard is not None else self._hovered if self._hovered is not None else cursor
        )
        if pitch is not None and geometry.view.low <= pitch <= geometry.view.high:
            painter.setFont(self._look.font(SMALL))
            heard = self._heard is not None
            color, ink = ("accent", "accent_text") if heard else ("raised", "text")
            paint_key_pressed(painter, geometry, pitch, theme.color(color), theme.color(ink))

    # -- by mouse -------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        geometry, point = self.roll_geometry(), event.position()
        if self._touching.gesture is not None or self._sight.take_press(event):
            return
        if geometry.keys.contains(point) and event.button() == Qt.MouseButton.LeftButton:
            self._hear(geometry.pitch_at(point.y()))
            return
        gesture = gesture_of(event, geometry, self.model, self._tool)
        if gesture is None:
            event.ignore()
            return
        self._touching.begin(gesture)
        self._follow(point)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        geometry, point = self.roll_geometry(), event.position()
        if self._sight.take_move(point):
            return
        if self._touching.gesture is not None and not event.buttons():
            self._drop_touch()  # the button went up where it was not told
        elif self._touching.gesture is not None:
            self._follow(point)
        elif self._heard is not None:
            self._hear(geometry.pitch_at(point.y()))
        else:
            self._hover(point)

    def _follow(self, point: QPointF) -> None:
        """Let the gesture go on to a point, and tell what it changed."""
        touch = self._touching.gesture
        self._touching.move_to(point)
        if isinstance(touch, Move | Stretch):
            self.set_pitch_view(self._view.showing(self.model.pitch))
        here = self.model.here
        if isinstance(touch, Draw | Move | Sketch) and here is not None:
            self._hear(here.pitch, here.velocity)
        self.update()
        self.cursorMoved.emit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.buttons():
            return  # another one is still down
        if self._sight.take_release():
            return
        self._heard = None
        if not event.modifiers():
            self._touching.choose_tapped(event.position())
        touched = self._touching.gesture is not None
        self._drop_touch()
        if touched:
            self._sight.show(self.model.step)
        accessible.announce(self)

    def _tell_touch(self, text: str) -> None:
        self.loopEdited.emit(self.model.loop, text, "")

    def _drop_touch(self) -> None:
        """End what the hand was doing, if anything."""
        self._merge_count += 1
        self.update()
        self._touching.end()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self.roll_geometry().keys.contains(event.position()):
            self.fit()
        else:
            self.mousePressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        event.accept()  # the right button deletes

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = None
        self.update()

    def _hover(self, point: QPointF) -> None:
        """Show what a press here would do."""
        geometry = self.roll_geometry()
        inside = geometry.rect.contains(point) or geometry.keys.contains(point)
        hovered = geometry.pitch_at(point.y()) if inside else None
        if hovered != self._hovered:
            self._hovered = hovered
            self.update()
        self.setCursor(shape_at(geometry, self.model.notes, point, self._tool))

    def _hear(self, pitch: int, velocity: int | None = None) -> None:
        """Let a pitch be heard, once as long as it stays."""
        if pitch != self._heard:
            self._heard = pitch
            self.update()
            self.notePreviewed.emit(pitch, velocity or self.model.pen_velocity)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.accept()
        geometry, free = self.roll_geometry(), self._touching.gesture is None
        if free and turns_bars(event, geometry, self.model.notes) and self._sight.take_wheel(event):
            return
        delta = event.angleDelta()
        self._wheel += delta.y() or delta.x()
        turns = int(self._wheel / _WHEEL_TURN)
        self._wheel -= turns * _WHEEL_TURN
        if not turns or not free:
            return
        point, modifiers = event.position(), event.modifiers()
        note = geometry.note_at(self.model.notes, point) if geometry.rect.contains(point) else None
        if modifiers & Qt.KeyboardModifier.ControlModifier:
            pitch = geometry.pitch_at(point.y())
            self.set_pitch_view(self._view.zoomed(-ZOOM_ROWS * turns, pitch))
        elif note is not None:
            by = 1 if modifiers & Qt.KeyboardModifier.ShiftModifier else _WHEEL_VELOCITY
            self._tell(self.model.loudness_of(note, by * turns))
        else:
            self.set_pitch_view(self._view.scrolled(_SCROLL_ROWS * turns))

    # -- by keys --------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            own = self._owns(event)
            event.setAccepted(own)
            if own:
                return True
        return super().event(event)

    def _owns(self, event: QKeyEvent) -> bool:
        touching = self._touching.gesture is not None and event.key() == Qt.Key.Key_Escape
        return (
            touching
            or view_action_of(event) is not None
            or action_of(event, self.model, self._enters) is not None
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        view_action, action = view_action_of(event), action_of(event, self.model, self._enters)
        if self._touching.gesture is not None:
            if event.key() == Qt.Key.Key_Escape:
                self._touching.take_back()
                self._drop_touch()
        elif view_action is not None:
            self.set_pitch_view(view_action(self._view, self.model))
        elif action is not None:
            before = self.model.step, self.model.pitch
            text = action(self.model)
            place = self.model.step, self.model.pitch
            if not text and before != place and len(self.model.chosen) == 1:
                self.model.choose_none()
            self._show_cursor()
            self._tell(text)
            if text in _HEARD:
                here = self.model.here if text != _ENTERED else None
                velocity = here.velocity if here else self.model.pen_velocity
                self.notePreviewed.emit(self.model.pitch, velocity)
        else:
            super().keyPressEvent(event)

    def _tell(self, text: str | None) -> None:
        """Tell of an edit by keys or wheel, or only of the cursor."""
        if text:
            merge_key = f"roll {text} {self._merge_count}" if text in _MERGED else ""
            self.loopEdited.emit(self.model.loop, text, merge_key)
        if text not in _MERGED:
            self._merge_count += 1
        self.update()
        self.cursorMoved.emit()
        accessible.announce(self)

    # -- for the screen reader ------------------------------------------------------------------------

    def accessible_text(self) -> str:
        """Return the cursor's place and what sounds there, in words."""
        return self.model.describe()

    def accessible_number(self) -> tuple[float, float, float, float]:
        """Return the velocity of the note at the cursor, 0-127."""
        here = self.model.here
        return float(here.velocity if here else 0), 0.0, 127.0, 1.0

    def set_accessible_number(self, value: float) -> None:
        """Set the velocity of the note at the cursor to `value`, 1-127; 0 removes it."""
        self._tell(self.model.set_velocity(round(value)))
