"""The band's key: tonic, mode, a few chords over the loop, and whether the track in front keeps to it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QToolButton, QVBoxLayout, QWidget

from blender_app.core.parameters import parameters_of
from blender_app.core.progressions import parse_chords, progressions
from blender_app.core.scales import CHORD_COUNTS, TONIC_NAMES, Chord, Key, Mode
from blender_app.session.session import Track
from blender_app.ui.controls.bars import ChoiceBox, caption
from blender_app.ui.controls.menus import add_entry, fill_on_opening
from blender_app.ui.look.icons import icon
from blender_app.ui.look.theme import SMALL, Look

_LOCK = parameters_of(Track)["scale_lock"]
_CHORDS_TIP = "Chords over the two bars: 1, 2, 4 or 8 of them, such as Am F C G"


class ChordLine(QLineEdit):
    """Chords as text; tells them when they can be read, and shows where they cannot.

    Colours and fonts come from `look`.
    """

    chordsChanged = Signal(object)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._chords: tuple[Chord, ...] = ()
        self.problem = ""
        self.setAccessibleName("Chords")
        self.setPlaceholderText("chords")
        self.setToolTip(_CHORDS_TIP)
        self.textEdited.connect(self._check)
        self.editingFinished.connect(self._on_editingFinished)

    def show_chords(self, chords: tuple[Chord, ...]) -> None:
        """Show `chords` that came from elsewhere."""
        self._chords = chords
        if not (self.hasFocus() and self.isModified()):
            self.setText("  ".join(chord.name for chord in chords))
            self.setCursorPosition(0)
            self._tell("")

    @Slot(str)
    def _check(self, text: str) -> tuple[Chord, ...] | None:
        """Return the chords in `text`; None, and say what is wrong, if it has others."""
        try:
            chords = parse_chords(text)
        except ValueError as error:
            self._tell(str(error))
            return None
        counts = "1, 2, 4 or 8"
        self._tell("" if len(chords) in CHORD_COUNTS else f"There can be {counts} chords, not {len(chords)}.")
        return None if self.problem else chords

    def _tell(self, problem: str) -> None:
        self.problem = problem
        self.setToolTip(problem or _CHORDS_TIP)
        self.setAccessibleDescription(problem or _CHORDS_TIP)
        self.setStyleSheet(f"QLineEdit {{ border-color: {self._look.theme.warning}; }}" if problem else "")

    @Slot()
    def _on_editingFinished(self) -> None:
        chords = self._check(self.text())
        if chords is not None:
            self.setModified(False)
            if chords != self._chords:
                self._chords = chords
                self.chordsChanged.emit(chords)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.setModified(False)
            self.show_chords(self._chords)
            self.clearFocus()
        else:
            super().keyPressEvent(event)


class ScaleBar(QWidget):
    """Shows a `Key` or none, and tells what is set by hand; colours and fonts come from `look`."""

    keyChanged = Signal(object)
    lockToggled = Signal(bool)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._key: Key | None = None
        self._melodic = True
        self._remembered = Key(9, Mode.MINOR)
        self._captions = [caption(text, look, self) for text in ("key", "chords")]
        self.tonic, self.mode = ChoiceBox(2, self), ChoiceBox(6, self)
        self.lock = QToolButton(self)
        self.chords = ChordLine(look, self)
        self.progressions = QToolButton(self)
        self.progressions_menu = QMenu(self)
        self._make()
        self._lay_out()
        look.changed.connect(self._on_look_changed)
        self._on_look_changed()
        self.show_key(None)

    def _make(self) -> None:
        tonics: list[tuple[str, object]] = [("no key", None)]
        self.tonic.show_choices([*tonics, *((name, i) for i, name in enumerate(TONIC_NAMES))], None)
        self.mode.show_choices([(mode.value, mode) for mode in Mode], Mode.MAJOR)
        self.tonic.setAccessibleName("Key note")
        self.mode.setAccessibleName("Mode")
        self.tonic.activated.connect(self._on_tonic_activated)
        self.mode.activated.connect(self._on_mode_activated)
        self.lock.setCheckable(True)
        self.lock.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.lock.clicked.connect(self.lockToggled)
        self.chords.chordsChanged.connect(self._on_chords_chordsChanged)
        tip = "Progressions of this key"
        self.progressions.setToolTip(tip)
        self.progressions.setAccessibleName(tip)
        self.progressions.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.progressions.setMenu(self.progressions_menu)
        self.progressions.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        fill_on_opening(self.progressions_menu, self._fill_progressions)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        rows = (
            (self._captions[0], self.tonic, self.mode, self.lock),
            (self._captions[1], self.chords, self.progressions),
        )
        for widgets in rows:
            row = QHBoxLayout()
            row.setSpacing(5)
            for widget in widgets:
                row.addWidget(widget, 1 if widget in (self.mode, self.chords) else 0)
            column.addLayout(row)
        for label, control in zip(self._captions, (self.tonic, self.chords), strict=True):
            label.setBuddy(control)

    # -- values -------------------------------------------------------------------------------------

    def show_key(self, key: Key | None) -> None:
        """Show `key`; without one there is nothing else to set."""
        self._key = key
        self._remembered = key or self._remembered
        self.tonic.show_current(None if key is None else key.tonic)
        self.mode.show_current(None if key is None else key.mode)
        self.chords.show_chords(() if key is None else key.chords)
        for widget in (self.mode, self.chords, self.progressions):
            widget.setEnabled(key is not None)
        self.lock.setEnabled(key is not None and self._melodic)

    def show_lock(self, name: str, melodic: bool, locked: bool) -> None:
        """Show whether the track in front keeps to the key; drums have none.

        Parameters
        ----------
        name
            Of the track.
        melodic
            Whether it can keep to one.
        locked
            Whether it does.
        """
        self._melodic = melodic
        tip = f"{_LOCK.label}: {name} keeps to the key  (K)" if melodic else "Drums have no key"
        self.lock.setToolTip(tip)
        self.lock.setAccessibleName(tip)
        self.lock.setChecked(melodic and locked)
        self.lock.setEnabled(self._key is not None and melodic)

    # -- by hand ------------------------------------------------------------------------------------

    @Slot(int)
    def _on_tonic_activated(self, _index: int) -> None:
        tonic = self.tonic.chosen()
        if isinstance(tonic, int):
            before = self._key or self._remembered
            up = tonic - before.tonic
            moved = tuple(replace(chord, root=(chord.root + up) % 12) for chord in before.chords)
            self._change(replace(before, tonic=tonic, chords=moved))
        else:
            self._change(None)

    @Slot(int)
    def _on_mode_activated(self, _index: int) -> None:
        mode = self.mode.chosen()
        if self._key is not None and isinstance(mode, Mode):
            self._change(replace(self._key, mode=mode))

    @Slot(object)
    def _on_chords_chordsChanged(self, chords: tuple[Chord, ...]) -> None:
        if self._key is not None:
            self._change(replace(self._key, chords=chords))

    def _change(self, key: Key | None) -> None:
        if key != self._key:
            self.show_key(key)
            self.keyChanged.emit(key)

    def _fill_progressions(self, menu: QMenu) -> None:
        if self._key is None:
            return
        for key in (*progressions(self._key), replace(self._key, chords=())):
            text = "  ".join(chord.name for chord in key.chords) or "no chords"
            add_entry(menu, text, partial(self._change, key))

    @Slot()
    def _on_look_changed(self) -> None:
        font, color = self._look.font(SMALL), self._look.theme.color("text")
        for widget in (self.tonic, self.mode, self.chords):
            widget.setFont(font)
        side = round(self._look.line_height(SMALL) * 1.1)
        self.lock.setIcon(icon("lock", color))
        self.progressions.setIcon(icon("down", color))
        for button in (self.lock, self.progressions):
            button.setIconSize(QSize(side, side))
            button.setStyleSheet("QToolButton { padding: 2px 4px; }")
        width = max(QFontMetrics(label.font()).horizontalAdvance(label.text()) for label in self._captions)
        for label in self._captions:
            label.setFixedWidth(width + 2)
