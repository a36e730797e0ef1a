"""The right half of the window: what sounds, and the editor of the corner that was clicked.

Both have the same columns (controls, voice names, steps), so that their steps line up.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from blender_app.core.drums import VOICE_COUNT, VOICES, DrumLoop
from blender_app.core.presets import PRESETS
from blender_app.core.time import STEPS_PER_BAR
from blender_app.ui.actions import Actions
from blender_app.ui.elided_label import ElidedLabel
from blender_app.ui.pattern_view import PatternView
from blender_app.ui.step_grid import StepGrid
from blender_app.ui.theme import LARGE, SMALL, Look
from blender_app.ui.voice_rows import VoiceNames, VoiceRows

_GAP = 6


class _Panel(QFrame):
    """A titled box with controls, names and steps."""

    def __init__(
        self, look: Look, side: QWidget, steps: PatternView | StepGrid, parent: QWidget | None
    ) -> None:
        super().__init__(parent)
        self._look = look
        self._steps = steps
        self.title, self.detail = QLabel(self), ElidedLabel(look, self)
        self.names = VoiceNames(look, self)
        heading = QHBoxLayout()
        heading.addWidget(self.title)
        heading.setSpacing(12)
        heading.addWidget(self.detail, 1)
        self.grid = QGridLayout(self)
        self.grid.setContentsMargins(10, 7, 10, 9)
        self.grid.setHorizontalSpacing(_GAP)
        self.grid.setVerticalSpacing(2)
        self.grid.addLayout(heading, 0, 0, 1, 3)
        self.grid.addWidget(side, 1, 0)
        self.grid.addWidget(self.names, 1, 1)
        self.grid.addWidget(steps, 1, 2)
        self.grid.setColumnStretch(2, 1)
        self.grid.setRowStretch(1, 1)
        steps.installEventFilter(self)
        look.changed.connect(self._on_look_changed)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._steps and event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self._line_up()
        return super().eventFilter(watched, event)

    def minimumSizeHint(self) -> QSize:
        line = self._look.line_height(SMALL)
        rows = VOICE_COUNT * (line + 1) + line + self._look.line_height(LARGE) + 30
        return QSize(super().minimumSizeHint().width(), rows)

    def _line_up(self) -> None:
        geometry = self._steps.geometry_of_steps()
        self.names.set_rows(geometry.rect.top(), geometry.row_height)

    @Slot()
    def _on_look_changed(self) -> None:
        theme = self._look.theme
        self.setStyleSheet(
            f"_Panel, SoundingPanel, EditorPanel {{ background: {theme.panel}; border-radius: 8px; }}"
        )
        self.title.setFont(self._look.font(LARGE))
        self.title.setStyleSheet(f"color: {theme.text};")
        self._line_up()


class SoundingPanel(_Panel):
    """What sounds now, with the mix of its voices."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        self.rows = VoiceRows(look)
        self.view = PatternView(look)
        super().__init__(look, self.rows, self.view, parent)
        self.title.setText("Sounding")
        self._on_look_changed()

    def _line_up(self) -> None:
        super()._line_up()
        geometry = self.view.geometry_of_steps()
        self.rows.set_rows(geometry.rect.top(), geometry.row_height)

    def show_place(self, x: float, y: float, loop: DrumLoop, waiting: bool) -> None:
        """Say in words where we are and how much sounds there."""
        coming = "   changes next" if waiting else ""
        self.detail.set_text(f"row {y:.2f}   column {x:.2f}   {loop.hit_count} hits{coming}")


class EditorPanel(_Panel):
    """The editor of one corner, with everything that fills a corner."""

    presetChosen = Signal(object)

    def __init__(self, look: Look, actions: Actions, parent: QWidget | None = None) -> None:
        self.tools = QWidget()
        self.step_grid = StepGrid(look)
        super().__init__(look, self.tools, self.step_grid, parent)
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

    def show_corner(self, corner: int, name: str, loop: DrumLoop) -> None:
        """Show a corner in the editor."""
        self._loop = loop
        self.title.setText(f"{corner + 1}  {name}")
        self.step_grid.set_loop(loop)
        self.step_grid.set_color(self._look.corner_color(corner))
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
        self.tools.setFixedWidth(2 * (side + 4) + 2 + round(44 * self._look.text_scale) + 6)

    def sizeHint(self) -> QSize:
        return QSize(420, 260)
