"""The editor of a drum loop, with everything that fills one."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QMenu, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from blender_app.core.drums import VOICES, DrumLoop
from blender_app.core.presets import PRESETS
from blender_app.core.time import STEPS_PER_BAR
from blender_app.ui.controls.actions import Actions
from blender_app.ui.controls.headed_panel import HeadedPanel
from blender_app.ui.controls.menus import add_entry, fill_on_opening
from blender_app.ui.drums.lines import DrumLines, side_width
from blender_app.ui.drums.step_grid import StepGrid
from blender_app.ui.look.theme import SMALL, Look
from blender_app.ui.loops.length_menu import LengthButton


class EditorPanel(HeadedPanel):
    """The editor of one drum corner, with everything that fills a corner.

    Colours and fonts come from `look`, buttons from `actions`.
    """

    presetChosen = Signal(object)

    def __init__(self, look: Look, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self.tools = QWidget()
        self.step_grid = StepGrid(look)
        self._lines = DrumLines(look, self.tools, self.step_grid, self)
        self.names = self._lines.names
        self.length = LengthButton(look, self)
        self.heading.insertWidget(1, self.length)
        self.column.addWidget(self._lines, 1)
        self.setFocusProxy(self.step_grid)
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
        fill_on_opening(self.presets_menu, self._fill_presets)
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

    def _fill_presets(self, menu: QMenu) -> None:
        for preset in PRESETS:
            add_entry(menu, preset.name, partial(self.presetChosen.emit, preset))

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
        """Show `loop` on its `color` in the editor, under a `title`."""
        self._loop = loop
        self.title.set_text(title)
        self.step_grid.set_loop(loop)
        self.length.show_loop(loop)
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
