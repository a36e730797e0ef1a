"""What the large views of a melody share: pitches in sight, keyboard, ground, playhead."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from blender_app.core.notes import Note
from blender_app.core.scales import Key
from blender_app.core.time import DEFAULT_STEPS, STRAIGHT_SWING, swing_delay_steps
from blender_app.ui.controls.playhead import Playhead
from blender_app.ui.controls.redraw_watch import RedrawWatch
from blender_app.ui.drums.voice_rows import name_column_width
from blender_app.ui.look.theme import SMALL, Look
from blender_app.ui.loops.step_drawing import paint_playhead, paint_ruler
from blender_app.ui.loops.step_geometry import StepGeometry
from blender_app.ui.loops.step_sight import StepSight, paint_sight
from blender_app.ui.roll.geometry import PitchView, RollGeometry
from blender_app.ui.roll.keyboard_painting import paint_keyboard
from blender_app.ui.roll.notes import Notes
from blender_app.ui.roll.painting import paint_roll_frame, paint_roll_rows, paint_sounding, roll_box

_KEYS_GAP = 6.0
"""Between keyboard and steps, as between the drums' names and theirs."""


class RollCanvas(QWidget):
    """A roll with its keyboard; what is painted over the ground is the business of its kinds.

    Colours and fonts come from `look`.
    """

    lane_share = 0.0
    """Height of the velocity lane as a share of the notes' and its own."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._playhead, self._swing = Playhead(self._update_round), STRAIGHT_SWING
        RedrawWatch(self, look, self._redraw)
        self._color = QColor("gray")
        self._key: Key | None = None
        self._view = PitchView.fit(())
        self._steps = DEFAULT_STEPS
        self._sight = StepSight(self.geometry_of_steps, self._redraw)
        self._drawn_rows: QPixmap | None = None
        self._geometry: tuple[QSize, RollGeometry] | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def pitch_view(self) -> PitchView:
        """The pitches in sight."""
        return self._view

    @property
    def key(self) -> Key | None:
        """The key whose rows are lit."""
        return self._key

    def set_key(self, key: Key | None) -> None:
        """Light the rows of `key`, or of none."""
        if key != self._key:
            self._key = key
            self._redraw()

    def set_color(self, color: QColor) -> None:
        """Show `color`, that of the loop's place."""
        if color != self._color:
            self._color = color
            self.update(roll_box(self.roll_geometry()).toAlignedRect())

    def set_pitch_view(self, view: PitchView) -> None:
        """Bring the pitches of `view` into sight."""
        if view != self._view:
            self._view = view
            self._redraw()

    def set_steps(self, steps: int) -> None:
        """Show a loop of another length, 16 to 256 `steps`."""
        if steps != self._steps:
            self._steps = steps
            self._redraw()

    def set_swing(self, swing: float) -> None:
        """Know `swing` (0.5-0.75), which delays every second step."""
        self._swing = swing

    def set_playhead(self, step: float | None) -> None:
        """Move the playhead to `step`, a position of the transport, or hide it.

        Repaints only its surroundings.
        """
        self._playhead.move(None if step is None else step % self._steps)

    def _update_round(self, place: float) -> None:
        geometry = self.roll_geometry()
        if geometry.steps.shows(place):
            x = geometry.steps.x_of(place)
            height = max(geometry.rect.bottom(), geometry.lane.bottom()) - geometry.rect.top()
            self.update(QRectF(x - 4.0, geometry.rect.top() - 4.0, 8.0, height + 8.0).toAlignedRect())
        note = self._lit_at(place)
        if note is not None:
            self.update(geometry.note_rect(note).adjusted(-3.0, -3.0, 3.0, 3.0).toAlignedRect())

    def _lit_at(self, place: float) -> Note | None:
        """Return the note that is heard at a place: later notes, microtiming and swing decide."""
        heard = [
            ((place - note.step - note.microtiming - swing_delay_steps(note.step, self._swing)), note)
            for note in self._sounding_notes()
        ]
        since, note = min(((age % self._steps, note) for age, note in heard), default=(0.0, None), key=_age)
        return note if note is not None and since < note.length_steps else None

    def _sounding_notes(self) -> Notes:
        """Return the notes that light up under the playhead."""
        return ()

    def geometry_of_steps(self) -> StepGeometry:
        """Return where the steps stand."""
        return self.roll_geometry().steps

    def roll_geometry(self) -> RollGeometry:
        """Return where everything stands, worked out once for each change."""
        if self._geometry is None or self._geometry[0] != self.size():
            self._geometry = self.size(), self._new_geometry()
        return self._geometry[1]

    def _new_geometry(self) -> RollGeometry:
        names = float(name_column_width(self._look))
        left, top = names + _KEYS_GAP + 4.0, self._look.line_height(SMALL) + 7.0
        room = max(1.0, self.height() - top - 3.0)
        lane = max(20.0, round(room * self.lane_share)) if self.lane_share else 0.0
        width = max(1.0, self.width() - left - 4.0)
        gap = 4.0 if lane else 0.0
        rect = QRectF(left, top, width, max(1.0, room - lane - gap))
        return RollGeometry(
            StepGeometry.within(rect, self._steps, self._sight.first),
            self._view,
            QRectF(0.0, top, names, rect.height()),
            QRectF(left, rect.bottom() + gap, width, lane),
        )

    def _rows(self) -> QPixmap:
        """Return all but notes, drawn once for each change; the loop's colour shows through it."""
        if self._drawn_rows is None:
            ratio = self.devicePixelRatioF()
            self._drawn_rows = QPixmap(self.size() * ratio)
            self._drawn_rows.setDevicePixelRatio(ratio)
            self._drawn_rows.fill(Qt.GlobalColor.transparent)
            painter = QPainter(self._drawn_rows)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            geometry, small = self.roll_geometry(), self._look.font(SMALL)
            panel = self._look.theme.color("panel")
            paint_roll_frame(painter, geometry, panel, QRectF(self.rect()))
            paint_roll_rows(painter, geometry, self._key)
            paint_keyboard(painter, geometry, self._look.theme, small, self._key)
            muted = self._look.theme.color("muted")
            paint_ruler(painter, geometry.steps, small, muted, self._look.line_height(SMALL))
            paint_sight(painter, geometry.steps, muted)
            painter.end()
        return self._drawn_rows

    def _paint_color(self, painter: QPainter) -> None:
        """Fill the roll's box with its colour, which is all that a drag over a palette changes."""
        painter.fillRect(roll_box(self.roll_geometry()).toAlignedRect(), self._color)

    def _paint_playhead(self, painter: QPainter) -> None:
        playhead = self._playhead.step
        if playhead is None:
            return
        geometry = self.roll_geometry()
        painter.setClipRect(roll_box(geometry), Qt.ClipOperation.IntersectClip)
        note = self._lit_at(playhead)
        if note is not None and geometry.view.shows((note,)):
            paint_sounding(painter, geometry, note)
        if geometry.steps.shows(playhead):
            bottom = max(geometry.rect.bottom(), geometry.lane.bottom())
            paint_playhead(painter, geometry.steps.x_of(playhead), geometry.rect.top() - 3.0, bottom + 3.0)

    def _redraw(self) -> None:
        self._drawn_rows = self._geometry = None
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(440, 250)

    def minimumSizeHint(self) -> QSize:
        return QSize(190, 100)


def _age(heard: tuple[float, Note | None]) -> float:
    return heard[0]
