"""The right half of the window: what sounds on the track in front, and the editor of a drum corner.

Both have the same columns (controls, names, steps), so that their steps line up.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QColor
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from blender_app.core.drums import VOICE_COUNT, VOICES, DrumLoop
from blender_app.core.melody import MelodyLoop
from blender_app.core.presets import PRESETS
from blender_app.core.scales import Key
from blender_app.core.time import STEPS_PER_BAR
from blender_app.session.document import Loop, Source, Track
from blender_app.ui.controls.actions import Actions
from blender_app.ui.controls.bars import Switch, action_button
from blender_app.ui.controls.elided_label import ElidedLabel, Title
from blender_app.ui.drums.pattern_view import PatternView
from blender_app.ui.drums.step_grid import StepGrid
from blender_app.ui.drums.voice_rows import VoiceNames, VoiceRows, silent_voices
from blender_app.ui.look.theme import LARGE, SMALL, Look
from blender_app.ui.roll.view import RollView
from blender_app.ui.tracks.panel import TrackKnobs

_GAP = 6
_SOURCES = (
    (Source.PALETTE, "palette", "The palette sounds: a field between four corners  (X)"),
    (Source.MIXER, "mixer", "The mixer sounds: a row between two loops  (X)"),
)


def side_width(look: Look) -> int:
    """Return the width in pixels of the controls in front of names and steps."""
    return 2 * (look.line_height(SMALL) + 4) + 2 + round(44 * look.text_scale) + 6


class _Lines(QWidget):
    """Controls, names of voices and steps, whose rows line up."""

    def __init__(self, look: Look, side: QWidget, steps: PatternView | StepGrid, parent: QWidget) -> None:
        super().__init__(parent)
        self._side, self._steps = side, steps
        self.names = VoiceNames(look, self)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(_GAP)
        for column, widget in enumerate((side, self.names, steps)):
            grid.addWidget(widget, 0, column)
        grid.setColumnStretch(2, 1)
        steps.installEventFilter(self)
        look.changed.connect(self.line_up)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._steps and event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self.line_up()
        return super().eventFilter(watched, event)

    @Slot()
    def line_up(self) -> None:
        """Put the rows of names and controls beside those of the steps."""
        geometry = self._steps.geometry_of_steps()
        self.names.set_rows(geometry.rect.top(), geometry.row_height)
        if isinstance(self._side, VoiceRows):
            self._side.set_rows(geometry.rect.top(), geometry.row_height)


class _Panel(QFrame):
    """A box with a heading and something under it."""

    def __init__(self, look: Look, parent: QWidget | None) -> None:
        super().__init__(parent)
        self._look = look
        self.title, self.detail = Title(look, self), ElidedLabel(look, self)
        self.heading = QHBoxLayout()
        self.heading.setSpacing(6)
        self.heading.addWidget(self.title)
        self.heading.addWidget(self.detail, 1)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(10, 7, 10, 9)
        self.column.setSpacing(2)
        self.column.addLayout(self.heading)
        look.changed.connect(self._on_look_changed)

    def minimumSizeHint(self) -> QSize:
        line = self._look.line_height(SMALL)
        rows = VOICE_COUNT * (line + 1) + line + self._look.line_height(LARGE) + 30
        return QSize(super().minimumSizeHint().width(), rows)

    @Slot()
    def _on_look_changed(self) -> None:
        theme = self._look.theme
        self.setStyleSheet(f"SoundingPanel, EditorPanel {{ background: {theme.panel}; border-radius: 8px; }}")


class SoundingPanel(_Panel):
    """The track in front: what sounds on it now, whether of palette or mixer, and how it is mixed."""

    sourceChosen = Signal(object)

    def __init__(self, look: Look, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self.source = Switch(look, "What sounds", _SOURCES, self)
        self.source.chosen.connect(self.sourceChosen)
        self.settings_button: QToolButton = action_button(actions["track_settings"], look, self)
        self.heading.insertWidget(1, self.source)
        self.heading.insertWidget(2, self.settings_button)
        self.rows, self.view = VoiceRows(look), PatternView(look)
        self.knobs, self.roll = TrackKnobs(look), RollView(look)
        self.stack = QStackedWidget(self)
        self._drums = _Lines(look, self.rows, self.view, self.stack)
        self.names = self._drums.names
        self._melody = QWidget(self.stack)
        row = QHBoxLayout(self._melody)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(_GAP)
        row.addWidget(self.knobs)
        row.addWidget(self.roll, 1)
        self.stack.addWidget(self._drums)
        self.stack.addWidget(self._melody)
        self.column.addWidget(self.stack, 1)
        self._on_look_changed()

    # -- values -------------------------------------------------------------------------------------

    def show_track(self, track: Track) -> None:
        """Show whose sound this is, and its settings."""
        self.title.set_text(track.name)
        self.source.show_value(track.source)
        self.stack.setCurrentWidget(self._melody if track.kind.is_melodic else self._drums)
        if track.kind.is_melodic:
            self.knobs.show_track(track)
        else:
            self.rows.set_mix(track.mix)
            self.view.set_silent(silent_voices(track.mix))

    def set_loops(self, sounding: Loop, waiting: Loop | None) -> None:
        """Show what sounds, and what waits to sound."""
        if isinstance(sounding, DrumLoop):
            self.view.set_loops(sounding, waiting if isinstance(waiting, DrumLoop) else None)
        else:
            self.roll.set_loops(sounding, waiting if isinstance(waiting, MelodyLoop) else None)

    def set_key(self, key: Key | None) -> None:
        """Show which pitches a melody keeps to."""
        self.roll.set_key(key)

    def set_heard(self, heard: bool) -> None:
        """Show whether a melodic track is heard at all."""
        self.roll.set_silent(not heard)

    def set_swing(self, swing: float) -> None:
        """Know the swing (0.5-0.75), which delays every second step."""
        self.view.set_swing(swing)
        self.roll.set_swing(swing)

    def set_color(self, color: QColor) -> None:
        """Show the colour of the place that sounds."""
        self.view.set_color(color)
        self.roll.set_color(color)

    def set_playhead(self, step: float | None) -> None:
        """Move the playhead to a position in steps, 0-32, or hide it."""
        shown = self.roll if self.stack.currentWidget() is self._melody else self.view
        for view in (self.view, self.roll):
            view.set_playhead(step if view is shown else None)

    def show_place(self, x: float, y: float | None, loop: Loop, waiting: bool) -> None:
        """Say in words where we are (on a mixer there are no rows) and how much sounds there."""
        where = f"position {x:.2f}" if y is None else f"row {y:.2f}  column {x:.2f}"
        many = f"{loop.hit_count} hits" if isinstance(loop, DrumLoop) else f"{loop.note_count} notes"
        coming = "  changes next" if waiting else ""
        self.detail.set_text(f"{where}  {many}{coming}")

    @Slot()
    def _on_look_changed(self) -> None:
        super()._on_look_changed()
        self.knobs.setFixedWidth(side_width(self._look))


class EditorPanel(_Panel):
    """The editor of one drum corner, with everything that fills a corner."""

    presetChosen = Signal(object)

    def __init__(self, look: Look, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self.tools = QWidget()
        self.step_grid = StepGrid(look)
        self._lines = _Lines(look, self.tools, self.step_grid, self)
        self.names = self._lines.names
        self.column.addWidget(self._lines, 1)
        self._loop = DrumLoop.empty()
        self.buttons: list[QPushButton] = []
        self._fill_tools(actions)
        self.step_grid.cursorMoved.connect(self._on_step_grid_cursorMoved)
        self._on_look_changed()

    def _fill_tools(self, actions: Actions) -> None:
        column = QVBoxLayout(self.tools)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        self.presets_menu = QMenu(self)
        for preset in PRESETS:
            action = QAction(f"{preset.name}", self.presets_menu)
            action.triggered.connect(lambda _=False, one=preset: self.presetChosen.emit(one))
            self.presets_menu.addAction(action)
        presets = self._tool("presets", "Named styles for this corner")
        presets.setMenu(self.presets_menu)
        column.addWidget(presets)
        for name, text in (
            ("dice_corner", "dice"),
            ("vary_corner", "vary"),
            ("import_corner", "import…"),
            ("copy_corner", "copy"),
            ("paste_corner", "paste"),
            ("clear_corner", "clear"),
        ):
            button = self._tool(text, actions[name].toolTip())
            button.clicked.connect(actions[name].trigger)
            actions[name].enabledChanged.connect(button.setEnabled)
            column.addWidget(button)
        column.addStretch(1)

    def _tool(self, text: str, tip: str) -> QPushButton:
        button = QPushButton(self.tools)
        button.setText(text)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.buttons.append(button)
        return button

    def show_loop(self, title: str, color: QColor, loop: DrumLoop) -> None:
        """Show a loop on its colour in the editor."""
        self._loop = loop
        self.title.set_text(title)
        self.step_grid.set_loop(loop)
        self.step_grid.set_color(color)
        self._on_step_grid_cursorMoved()

    @Slot()
    def _on_step_grid_cursorMoved(self) -> None:
        step, voice = self.step_grid.cursor_cell
        velocity = int(self._loop.velocity[step, voice])
        bar, beat, sixteenth = step // STEPS_PER_BAR + 1, step % STEPS_PER_BAR // 4 + 1, step % 4 + 1
        timing = float(self._loop.microtiming[step, voice])
        words = (
            f"velocity {velocity}" + (f"   {timing:+.2f} steps" if timing else "") if velocity else "no hit"
        )
        self.detail.set_text(f"{VOICES[voice]}   {bar}.{beat}.{sixteenth}   {words}")

    @Slot()
    def _on_look_changed(self) -> None:
        super()._on_look_changed()
        side = self._look.line_height(SMALL)
        muted = self._look.theme.muted
        sheet = (
            f"QPushButton {{ padding: 1px 6px; background: transparent; color: {muted}; text-align: left; }}"
        )
        for button in self.buttons:
            button.setFont(self._look.font(SMALL))
            button.setStyleSheet(sheet)
            button.setFixedHeight(side + 6)
        # As wide as the mix above it, so that the steps of both panels stand in one column.
        self.tools.setFixedWidth(side_width(self._look))

    def sizeHint(self) -> QSize:
        return QSize(420, 260)
