"""A box with a heading, as the right half of the window is made of."""

from __future__ import annotations

from PySide6.QtCore import QSize, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from blender_app.core.drums import VOICE_COUNT
from blender_app.ui.controls.elided_label import ElidedLabel, Title
from blender_app.ui.look.theme import LARGE, SMALL, Look


class HeadedPanel(QFrame):
    """A box with a heading and something under it; as high as a row for each voice needs.

    Parameters
    ----------
    look
        Theme and text size.
    parent
        As in `QWidget`.
    """

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
        self.setStyleSheet(f"{type(self).__name__} {{ background: {theme.panel}; border-radius: 8px; }}")
