"""What the bars are made of: captions, buttons and lists in one style."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
    QToolButton,
    QWidget,
)

from blender_app.ui.look.theme import SMALL, Look


def caption(text: str, look: Look, parent: QWidget) -> QLabel:
    """Return `text` as a small grey word in front of a control; it follows `look`."""
    label = QLabel(text, parent)

    def restyle() -> None:
        label.setFont(look.font(SMALL))
        label.setStyleSheet(f"color: {look.theme.muted};")

    look.changed.connect(restyle)
    restyle()
    return label


def captioned(text: str, control: QWidget, look: Look, parent: QWidget) -> QWidget:
    """Return `control` with `text` in front of it, as one piece that does not break.

    The caption follows `look`.
    """
    box = QWidget(parent)
    row = QHBoxLayout(box)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(5)
    label = caption(text, look, box)
    label.setBuddy(control)
    row.addWidget(label)
    row.addWidget(control)
    if not control.accessibleName():
        control.setAccessibleName(text)
    return box


def action_button(action: QAction, look: Look, parent: QWidget, text: bool = False) -> QToolButton:
    """Return a flat button of `action`, with its icon in the colour of `look`, or its `text`."""
    button = QToolButton(parent)
    button.setDefaultAction(action)
    style = Qt.ToolButtonStyle.ToolButtonTextOnly if text else Qt.ToolButtonStyle.ToolButtonIconOnly
    button.setToolButtonStyle(style)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def resize() -> None:
        side = round(look.line_height() * 1.15)
        button.setIconSize(QSize(side, side))

    look.changed.connect(resize)
    resize()
    return button


class ArrowBox(QComboBox):
    """A list with an arrow in the theme's colour; a text that is too long for it ends in dots."""

    def paintEvent(self, event: QPaintEvent) -> None:
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        part = QStyle.SubControl.SC_ComboBoxEditField
        room = self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, part, self)
        text = self.fontMetrics().elidedText(self.currentText(), Qt.TextElideMode.ElideRight, room.width())
        option.currentText = text
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.palette().color(QPalette.ColorRole.PlaceholderText), 1.4))
        x, y = self.width() - 12.0, self.height() / 2.0
        painter.drawPolyline([QPointF(x - 3.5, y - 1.5), QPointF(x, y + 2.0), QPointF(x + 3.5, y - 1.5)])
        painter.end()


class ChoiceBox(ArrowBox):
    """A list to choose from that tells only what the user chose; `least_chars` fit into it."""

    def __init__(self, least_chars: int, parent: QWidget) -> None:
        super().__init__(parent)
        self._values: list[object] = []
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(least_chars)

    def show_choices(self, choices: list[tuple[str, object]], current: object) -> None:
        """Show `choices`, (text, value) each, with the one whose value is `current` chosen."""
        if [(self.itemText(i), self._values[i]) for i in range(self.count())] != choices:
            self.clear()
            self._values = [value for _, value in choices]
            self.addItems([text for text, _ in choices])
        self.show_current(current)

    def show_current(self, current: object) -> None:
        """Show the choice whose value is `current`; none if there is no such choice."""
        self.setCurrentIndex(self._values.index(current) if current in self._values else -1)
        self.setToolTip(self.currentText())

    def chosen(self) -> object:
        """Return the value of the choice shown, None if there is none."""
        index = self.currentIndex()
        return self._values[index] if index >= 0 else None


class Switch(QWidget):
    """A few buttons in a row of which one is chosen; tells only what the user chose.

    Parameters
    ----------
    look
        Colours and fonts.
    name
        What is chosen, for the screen reader.
    options
        (value, text, tip) of each button.
    """

    chosen = Signal(object)

    def __init__(
        self, look: Look, name: str, options: Sequence[tuple[object, str, str]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._look = look
        self._group = QButtonGroup(self)
        self._values = [value for value, _, _ in options]
        self.setAccessibleName(name)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(1)
        self.buttons: list[QToolButton] = []
        for index, (_, text, tip) in enumerate(options):
            button = QToolButton(self)
            button.setText(text)
            button.setToolTip(tip)
            button.setAccessibleName(f"{name}: {text}")
            button.setAccessibleDescription(tip)
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda _=False, one=index: self.chosen.emit(self._values[one]))
            self._group.addButton(button)
            row.addWidget(button)
            self.buttons.append(button)
        look.changed.connect(self._on_look_changed)
        self._on_look_changed()

    def show_value(self, value: object) -> None:
        """Show that `value` is chosen, without telling it back."""
        if value in self._values:
            self.buttons[self._values.index(value)].setChecked(True)

    @Slot()
    def _on_look_changed(self) -> None:
        theme = self._look.theme
        sheet = (
            f"QToolButton {{ padding: 2px 6px; color: {theme.muted}; }}"
            f"QToolButton:checked {{ color: {theme.text}; }}"
        )
        for button in self.buttons:
            button.setFont(self._look.font(SMALL))
            button.setStyleSheet(sheet)
