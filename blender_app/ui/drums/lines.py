"""Controls, names of voices and steps in three columns, which all panels with drums have in common."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Slot
from PySide6.QtWidgets import QGridLayout, QWidget

from blender_app.ui.drums.pattern_view import PatternView
from blender_app.ui.drums.step_grid import StepGrid
from blender_app.ui.drums.voice_rows import VoiceNames, VoiceRows
from blender_app.ui.look.theme import SMALL, Look

COLUMN_GAP = 6
"""Between the columns, in pixels."""


def side_width(look: Look) -> int:
    """Return the width in pixels of the controls in front of names and steps, at the text size of `look`."""
    return 2 * (look.line_height(SMALL) + 4) + 2 + round(44 * look.text_scale) + 6


class DrumLines(QWidget):
    """Controls, names of voices and steps, whose rows line up.

    Parameters
    ----------
    look
        Colours and fonts.
    side
        The controls in front of the names.
    steps
        The picture behind them.
    """

    def __init__(self, look: Look, side: QWidget, steps: PatternView | StepGrid, parent: QWidget) -> None:
        super().__init__(parent)
        self._side, self._steps = side, steps
        self.names = VoiceNames(look, self)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(COLUMN_GAP)
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
