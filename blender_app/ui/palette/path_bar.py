"""The row under the palette: drag or draw, how the path plays, how far cells wander, how many there are."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QSizePolicy, QToolButton, QWidget

from blender_app.core.parameters import parameters_of
from blender_app.session.session import (
    MAX_GRID,
    MAX_PATH_BARS,
    MIN_GRID,
    MIN_PATH_BARS,
    DrawnPath,
    PathMode,
    Track,
)
from blender_app.ui.controls.actions import Actions
from blender_app.ui.controls.bars import action_button, captioned
from blender_app.ui.controls.flow_layout import FlowLayout
from blender_app.ui.controls.number_box import NumberBox
from blender_app.ui.controls.parameter_controls import ParameterBox
from blender_app.ui.look.icons import icon
from blender_app.ui.look.theme import Look

_MODES = (
    (PathMode.ONCE, "once", "Play the path once, then stay at its end"),
    (PathMode.LOOP, "loop", "Play the path round and round"),
    (PathMode.PING_PONG, "ping-pong", "Play the path there and back"),
)


class PathBar(QWidget):
    """Shows a track's path settings and tells what is set by hand.

    Colours and fonts come from `look`, buttons from `actions`.
    """

    pathChanged = Signal(object, str)
    gridChosen = Signal(int)
    parameterTurned = Signal(str, object)
    """Name of the row of the table of parameters, and the value as it is kept."""
    gestureStarted = Signal(str)
    gestureEnded = Signal()

    def __init__(self, look: Look, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look, self._actions = look, actions
        self._path: DrawnPath | None = None
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self._icons: list[tuple[QToolButton, str]] = []
        self.drag_button = self._tool("drag", "Drag the puck", True)
        self.draw_button = self._tool("draw", "Draw a path (W)", True)
        hand = QButtonGroup(self)
        hand.addButton(self.drag_button)
        hand.addButton(self.draw_button)
        self.drag_button.setChecked(True)
        self.draw_button.toggled.connect(actions["draw"].setChecked)
        actions["draw"].toggled.connect(self._on_draw_toggled)
        self.bars = NumberBox(MIN_PATH_BARS, MAX_PATH_BARS, 8, 1.0, 0, " bars", self)
        self.bars.set_name("Bars per lap", "How many bars a lap of the path takes")
        self.bars.valueChanged.connect(lambda value: self._change("Bars per lap", bars=int(value)))
        self.mode_buttons = self._make_modes()
        self.closed_button = self._tool("closed", "Close the path: from its end back to its beginning", True)
        self.closed_button.toggled.connect(lambda on: self._change("Close path", closed=on))
        self.cells = NumberBox(MIN_GRID, MAX_GRID, 11, 1.0, 0, "", self)
        self.cells.set_name("Cells in a row", "How many rows and columns the palette has, 3 to 33")
        self.cells.valueChanged.connect(lambda value: self.gridChosen.emit(int(value)))
        wander = parameters_of(Track)["wander"]
        self.wander = ParameterBox(wander, self)
        self.wander.parameterTurned.connect(self.parameterTurned)
        for box, text in ((self.bars, "Bars per lap"), (self.cells, "Grid"), (self.wander, wander.label)):
            box.gestureStarted.connect(lambda one=text: self.gestureStarted.emit(one))
            box.gestureEnded.connect(self.gestureEnded)
        self._lay_out()
        look.changed.connect(self._on_look_changed)
        self._on_look_changed()
        self.show_track(None)

    def _tool(self, name: str, tip: str, checkable: bool) -> QToolButton:
        button = QToolButton(self)
        button.setCheckable(checkable)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._icons.append((button, name))
        return button

    def _make_modes(self) -> dict[PathMode, QToolButton]:
        group = QButtonGroup(self)
        buttons = {}
        for mode, name, tip in _MODES:
            button = self._tool(name, tip, True)
            group.addButton(button)
            button.clicked.connect(lambda _=False, one=mode: self._change("Path mode", mode=one))
            buttons[mode] = button
        return buttons

    def _lay_out(self) -> None:
        self.flow = flow = FlowLayout(self, 6, (0, 0, 0, 0))
        flow.addWidget(self.drag_button)
        flow.addWidget(self.draw_button)
        self.play_button = action_button(self._actions["play_path"], self._look, self, text=True)
        flow.addWidget(self.play_button)
        flow.addWidget(captioned("lap", self.bars, self._look, self))
        for button in self.mode_buttons.values():
            flow.addWidget(button)
        flow.addWidget(self.closed_button)
        self.clear_button = action_button(self._actions["clear_path"], self._look, self)
        flow.addWidget(self.clear_button)
        flow.add_stretch()
        flow.addWidget(captioned("wander", self.wander, self._look, self))
        flow.addWidget(captioned("cells", self.cells, self._look, self))

    def show_track(self, track: Track | None) -> None:
        """Show path, grid and wander of `track`; None is no track yet."""
        self._path = path = None if track is None else track.path
        for widget in (self.bars, *self.mode_buttons.values(), self.closed_button):
            widget.setEnabled(path is not None)
        for name in ("play_path", "clear_path", "export_path"):
            self._actions[name].setEnabled(path is not None)
        blocked = self._actions["play_path"].blockSignals(True)
        self._actions["play_path"].setChecked(path is not None and path.playing)
        self._actions["play_path"].blockSignals(blocked)
        self.play_button.setChecked(path is not None and path.playing)
        if path is not None:
            self.bars.show_value(path.bars)
            self.mode_buttons[path.mode].setChecked(True)
            blocked = self.closed_button.blockSignals(True)
            self.closed_button.setChecked(path.closed)
            self.closed_button.blockSignals(blocked)
        if track is not None:
            self.cells.show_value(track.cols)
            self.wander.show_parameter(track.wander)

    def _change(self, text: str, **values: object) -> None:
        if self._path is not None:
            path = replace(self._path, **values)  # type: ignore[arg-type]
            if path != self._path:
                self.pathChanged.emit(path, text)

    @Slot(bool)
    def _on_draw_toggled(self, draws: bool) -> None:
        (self.draw_button if draws else self.drag_button).setChecked(True)

    @Slot()
    def _on_look_changed(self) -> None:
        side = round(self._look.line_height() * 1.1)
        for button, name in self._icons:
            button.setIcon(icon(name, self._look.theme.color("text")))
            button.setIconSize(QSize(side, side))
        self.updateGeometry()
