"""Where the parts of the window lie."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from blender_app.ui.controls.actions import Actions
from blender_app.ui.drums.editor_panel import EditorPanel
from blender_app.ui.look.theme import Look
from blender_app.ui.palette.stage import Stage
from blender_app.ui.tracks.sounding_panel import SoundingPanel
from blender_app.ui.tracks.strip import TrackStrip
from blender_app.ui.window.middle import Middle
from blender_app.ui.window.status_bar import StatusBar
from blender_app.ui.window.transport_bar import TransportBar

_LEFT_SHARE, _RIGHT_SHARE = 66, 34


class WindowLayout:
    """The widgets that the first picture shows, each in its place.

    Parameters
    ----------
    look
        Theme, hues and text size.
    actions
        The actions by name.
    """

    def __init__(self, look: Look, actions: Actions) -> None:
        self.transport = TransportBar(look, actions)
        self.strip = TrackStrip(look, actions)
        self.status = StatusBar(look, actions)
        self.stage = Stage(look, actions)
        self.sounding = SoundingPanel(look, actions)
        self.editor = EditorPanel(look, actions)
        self.stage_stack, self.editor_stack = QStackedWidget(), QStackedWidget()
        self.stage_stack.addWidget(self.stage)
        self.editor_stack.addWidget(self.editor)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.addWidget(self._build_left())
        right = self._build_right()
        self.splitter.addWidget(right)
        self.splitter.setStretchFactor(0, _LEFT_SHARE)
        self.splitter.setStretchFactor(1, _RIGHT_SHARE)
        self.splitter.setSizes([_LEFT_SHARE * 20, _RIGHT_SHARE * 20])
        for splitter in (self.splitter, right):
            splitter.setHandleWidth(10)
            splitter.setChildrenCollapsible(False)
        self.center = Middle(self.splitter, self.transport, self.strip, self.status)

    def _build_left(self) -> QWidget:
        """Return palette or morph, with room for the clip library under them."""
        left = QWidget()
        self._left_column = QVBoxLayout(left)
        self._left_column.setContentsMargins(0, 0, 0, 0)
        self._left_column.setSpacing(8)
        self._left_column.addWidget(self.stage_stack, 1)
        return left

    def _build_right(self) -> QSplitter:
        """Return what sounds, over the editors."""
        right = QSplitter(Qt.Orientation.Vertical)
        right.addWidget(self.sounding)
        right.addWidget(self.editor_stack)
        right.setSizes([500, 480])
        return right

    def place_under_stage(self, widget: QWidget) -> None:
        """Lay `widget` out under palette and morph."""
        self._left_column.addWidget(widget)

    def hints(self) -> dict[QWidget, str]:
        """Return the name of the hint of each widget that has one."""
        numbers = self.transport.boxes.values()
        hints: dict[QWidget, str] = {
            self.stage.palette_view: "palette",
            self.editor.step_grid: "editor",
            self.strip.scale.chords: "chords",
        }
        hints |= dict.fromkeys(self.stage.cards, "corner") | dict.fromkeys(numbers, "number")
        return hints | dict.fromkeys(self.sounding.knobs.boxes.values(), "number")
