"""The menus of the mixer: what becomes of a step, and what can be put at an end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from blender_app.core.melody_presets import MelodyPreset
from blender_app.core.presets import DrumPreset
from blender_app.session.document import CORNER_COUNT, Loop, Track, TrackKind
from blender_app.session.mixing import END_LETTERS
from blender_app.ui.loops.presets import presets_of
from blender_app.ui.morph.end_card import EndCard

_MOST_CHARS = 40
"""Length of a name in a menu."""
Put = Callable[[Loop, str, bool], None]
"""Put a loop with a name at an end; says whether it was made by hand."""


def fill_end_menu(card: EndCard, track: Track, put: Put) -> None:
    """Offer an end the import, the track's corners and its presets."""
    menu = card.menu
    for action in menu.actions():
        if action not in card.own_actions:
            menu.removeAction(action)
            (action.menu() or action).deleteLater()
    menu.addSeparator()
    corners = zip(track.corner_names, track.corners, track.drawn, strict=True)
    for number, (name, loop, drawn) in enumerate(corners, 1):
        menu.addAction(_action(menu, f"Corner {number}  {_short(name)}", partial(put, loop, name, drawn)))
    menu.addSeparator()
    menu.addMenu(_preset_menu(menu, "Presets", presets_of(track.kind), put))
    if track.kind.is_melodic:
        other = TrackKind.MELODY if track.kind is TrackKind.BASS else TrackKind.BASS
        menu.addMenu(_preset_menu(menu, f"{other.value.capitalize()} presets", presets_of(other), put))


def _short(name: str) -> str:
    """Return a name that makes no menu as wide as the window."""
    return name if len(name) <= _MOST_CHARS else f"{name[: _MOST_CHARS - 1].rstrip()}…"


def _preset_menu(parent: QMenu, title: str, presets: Iterable[DrumPreset | MelodyPreset], put: Put) -> QMenu:
    menu = QMenu(title, parent)
    for preset in presets:
        menu.addAction(_action(menu, preset.name, partial(put, preset.loop, preset.name, False)))
    return menu


def _action(parent: QMenu, text: str, deed: Callable[[], None]) -> QAction:
    action = QAction(text.replace("&", "&&"), parent)
    action.triggered.connect(lambda _=False: deed())
    return action


class StepMenu(QMenu):
    """What can be done with a step."""

    heard = Signal(int)
    cornerChosen = Signal(int, int)
    keepAsked = Signal(int)
    exportAsked = Signal(int)
    endChosen = Signal(int, int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._step = 0
        self._add("Hear it", lambda: self.heard.emit(self._step))
        self.addSeparator()
        self.corner_actions = [
            self._add(f"Into corner {corner + 1}", partial(self._choose_corner, corner))
            for corner in range(CORNER_COUNT)
        ]
        self.addSeparator()
        self.keep_action = self._add("Keep as clip", lambda: self.keepAsked.emit(self._step))
        self.export_action = self._add("Export as .mid…", lambda: self.exportAsked.emit(self._step))
        self.addSeparator()
        self.end_actions = [
            self._add(f"Use it as {letter}", partial(self._choose_end, end))
            for end, letter in enumerate(END_LETTERS)
        ]

    def _add(self, text: str, deed: Callable[[], None]) -> QAction:
        action = QAction(text, self)
        action.triggered.connect(lambda _=False: deed())
        self.addAction(action)
        return action

    def _choose_corner(self, corner: int) -> None:
        self.cornerChosen.emit(self._step, corner)

    def _choose_end(self, end: int) -> None:
        self.endChosen.emit(self._step, end)

    def set_corners(self, names: Sequence[str]) -> None:
        """Say what is in the corners now."""
        for number, (action, name) in enumerate(zip(self.corner_actions, names, strict=True), 1):
            action.setText(f"Into corner {number}  ({_short(name)})".replace("&", "&&"))

    def open_for(self, step: int, where: QPoint, decoded: bool) -> None:
        """Open the menu of a step; before it is decoded it can only be heard."""
        self._step = step
        self.setTitle(f"Step {step + 1}")
        for action in (*self.corner_actions, self.keep_action, self.export_action, *self.end_actions):
            action.setEnabled(decoded)
        self.popup(where)
