"""The tools beside the piano roll: how it is drawn on, step entry, recording, what fills a corner."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QGridLayout,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from blender_app.ui.controls.actions import Actions
from blender_app.ui.look.icons import icon
from blender_app.ui.look.theme import SMALL, Look
from blender_app.ui.roll.press import RollTool

_TOOLS = {
    RollTool.DRAW: ("edit", "Draw notes: drag sets the length, a drag on a note moves or stretches it"),
    RollTool.SKETCH: ("sketch", "Sketch: a stroke becomes notes of the scale"),
    RollTool.CHOOSE: ("choose", "Choose notes with a rubber band (also Shift and a drag)"),
    RollTool.ERASE: ("erase", "Erase (also the right button)"),
}
_WORDS = (
    (("dice_corner", "dice"), ("vary_corner", "vary")),
    (("import_corner", "import…"), ("copy_corner", "copy")),
    (("paste_corner", "paste"), ("clear_corner", "clear")),
)


class RollTools(QWidget):
    """Two rows of icons and a few words, as wide as the drums' column of tools.

    Colours and fonts come from `look`, buttons from `actions`.
    """

    def __init__(self, look: Look, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._icons: list[tuple[QToolButton, str]] = []
        self.words: list[QPushButton] = []
        self._group = QButtonGroup(self)
        self.tools = {tool: self._icon(name, tip, True) for tool, (name, tip) in _TOOLS.items()}
        for button in self.tools.values():
            self._group.addButton(button)
        self.tools[RollTool.DRAW].setChecked(True)
        self.snap = self._icon("snap", "Snap to the scale", True)
        self.snap.setChecked(True)
        self.step_entry = self._icon(
            "step-entry", "Step entry: letters and a MIDI keyboard set notes at the cursor", True
        )
        self.record = self._icon("record", "Record from the MIDI input", True)
        self.record_options = self._icon("more", "How to record", False)
        self.record_options.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.presets = self._word("presets", "Named melodies for this corner")
        self._arrange(actions)
        look.changed.connect(self._on_look_changed)
        self._on_look_changed()

    def _arrange(self, actions: Actions) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        icons = QGridLayout()
        icons.setSpacing(1)
        rows = (tuple(self.tools.values()), (self.snap, self.step_entry, self.record, self.record_options))
        for row, buttons in enumerate(rows):
            for place, button in enumerate(buttons):
                icons.addWidget(button, row, place)
        column.addLayout(icons)
        words = QGridLayout()
        words.setSpacing(1)
        words.addWidget(self.presets, 0, 0, 1, 2)
        for row, entries in enumerate(_WORDS, 1):
            for place, (name, text) in enumerate(entries):
                word = self._word(text, actions[name].toolTip())
                word.clicked.connect(actions[name].trigger)
                word.setEnabled(actions[name].isEnabled())
                actions[name].enabledChanged.connect(word.setEnabled)
                words.addWidget(word, row, place)
        column.addLayout(words)
        column.addStretch(1)

    def _icon(self, name: str, tip: str, checkable: bool) -> QToolButton:
        button = QToolButton(self)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setCheckable(checkable)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._icons.append((button, name))
        return button

    def _word(self, text: str, tip: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.words.append(button)
        return button

    @Slot()
    def _on_look_changed(self) -> None:
        theme, side = self._look.theme, self._look.line_height(SMALL)
        # As wide as the mix and the tools of the drums, so that all steps stand in one column.
        width = 2 * (side + 4) + 2 + round(44 * self._look.text_scale) + 6
        self.setFixedWidth(width)
        checked = f"QToolButton:checked {{ background: {theme.line}; border-color: {theme.control_line}; }}"
        for button, name in self._icons:
            button.setIcon(icon(name, theme.color("text" if name != "record" else "warning")))
            button.setIconSize(QSize(side, side))
            button.setStyleSheet(f"QToolButton {{ padding: 0; }} {checked}")
            button.setFixedSize((width - 3) // 4, side + 7)
        words = f"padding: 1px 0 1px 2px; background: transparent; color: {theme.muted}; text-align: left;"
        for word in self.words:
            word.setFont(self._look.font(SMALL))
            word.setStyleSheet(
                f"QPushButton {{ {words} }} QPushButton:disabled {{ color: {theme.control_line}; }}"
            )
            word.setFixedHeight(side + 6)
