"""A message over the window's lower edge that waits for nobody, with a way back where there is one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, QTimer, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from blender_app.ui.look.icons import icon
from blender_app.ui.look.theme import Look

_SHOWN_MS = {"info": 4000, "warning": 9000, "error": 15000}
_EDGE, _ABOVE_FLOOR = 14, 5


class Banner(QFrame):
    """One message at a time; the newest wins.

    Parameters
    ----------
    look
        Theme and text size.
    parent
        What it lies over.
    floors
        Parts of `parent` at its lower edge that are not to be covered.
    """

    def __init__(self, look: Look, parent: QWidget, floors: Sequence[QWidget] = ()) -> None:
        super().__init__(parent)
        self._look, self._window, self._floors = look, parent, floors
        self._level = "info"
        self._follow: Callable[[], None] | None = None
        self.label = QLabel(self)
        self.label.setWordWrap(True)
        self.label.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.LinksAccessibleByMouse
        )
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self._mark = QLabel(self)
        self.button = QPushButton(self)
        self.button.clicked.connect(self._on_button_clicked)
        self.close_button = QToolButton(self)
        self.close_button.setToolTip("Close this message")
        self.close_button.setAccessibleName("Close this message")
        self.close_button.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 9, 8, 9)
        row.setSpacing(10)
        row.addWidget(self._mark)
        row.addWidget(self.label, 1)
        row.addWidget(self.button)
        row.addWidget(self.close_button)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        parent.installEventFilter(self)
        look.changed.connect(self._on_look_changed)
        self._on_look_changed()
        self.hide()

    @property
    def text(self) -> str:
        """The message shown, empty if none is."""
        return self.label.text() if not self.isHidden() else ""

    def show_message(
        self, level: str, text: str, offer: str | None = None, follow: Callable[[], None] | None = None
    ) -> None:
        """Show a message.

        Parameters
        ----------
        level
            "info", "warning" or "error".
        text
            What happened and what to do.
        offer, follow
            Words and action of a button, such as undo.
        """
        self._level, self._follow = level, follow
        self.label.setText(text)
        self.button.setText(offer or "")
        self.button.setVisible(offer is not None)
        self._on_look_changed()
        self._place()
        self.show()
        self.raise_()
        self._timer.start(_SHOWN_MS.get(level, 6000))

    @Slot()
    def _on_button_clicked(self) -> None:
        self.hide()
        if self._follow is not None:
            self._follow()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and not self.isHidden():
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        parent = self._window
        widest = min(parent.width() - 2 * _EDGE, round(620 * self._look.text_scale))
        width = min(widest, max(260, self._wanted_width()))
        height = max(
            self.heightForWidth(width), self.sizeHint().height() if width >= self._wanted_width() else 0
        )
        tops = [floor.mapTo(parent, QPoint(0, 0)).y() - _ABOVE_FLOOR for floor in self._floors]
        bottom = min([parent.height() - _EDGE, *tops])
        self.setGeometry((parent.width() - width) // 2, max(0, bottom - height), width, height)

    def _wanted_width(self) -> int:
        text = self.label.fontMetrics().horizontalAdvance(self.label.text())
        button = self.button.sizeHint().width() + 10 if self.button.text() else 0
        return text + button + 110

    @Slot()
    def _on_look_changed(self) -> None:
        theme = self._look.theme
        line = {"warning": theme.accent, "error": theme.warning}.get(self._level, theme.control_line)
        self.setStyleSheet(
            f"Banner {{ background: {theme.raised}; border: 1px solid {line}; border-radius: 8px; }}"
            f"QLabel {{ color: {theme.text}; }} QPushButton {{ border-color: {theme.control_line}; }}"
        )
        side = self._look.line_height()
        color = theme.color({"warning": "accent", "error": "warning"}.get(self._level, "text"))
        self._mark.setVisible(self._level != "info")
        self._mark.setPixmap(icon("warning", color).pixmap(QSize(side, side)))
        self.close_button.setIcon(icon("clear", theme.color("text")))
        self.label.setFont(self._look.font())
