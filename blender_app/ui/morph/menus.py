"""The menus of the morph: what becomes of a step, and what can be put at an end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from blender_app.core.melody_presets import MelodyPreset
from blender_app.core.presets import DrumPreset
from blender_app.session.morphing import END_LETTERS
from blender_app.session.session import CORNER_COUNT, Loop, Track, TrackKind
from blender_app.ui.controls.menus import add_entry, short
from blender_app.ui.loops.presets import presets_of
from blender_app.ui.morph.end_card import EndCard

Put = Callable[[Loop, str, bool], None]
"""Put a loop with a name at an end; says whether it was made by hand."""


def fill_end_menu(card: EndCard, track: Track, put: Put) -> None:
    """Offer an end the import, the track's corners and its presets.

    Parameters
    ----------
    card
        The card of the end, whose menu opens.
    track
        Whose corners and presets are offered.
    put
        Called with what is chosen.
    """
    menu = card.menu
    for action in menu.actions():
        if action not in card.own_actions:
            menu.removeAction(action)
            (action.menu() or action).deleteLater()
    menu.addSeparator()
    corners = zip(track.corner_names, track.corners, track.user_edited, strict=True)
    for number, (name, loop, user_edited) in enumerate(corners, 1):
        add_entry(menu, f"Corner {number}  {short(name)}", partial(put, loop, name, user_edited))
    menu.addSeparator()
    _add_presets(menu, "Presets", presets_of(track.kind), put)
    if track.kind.is_melodic:
        other = TrackKind.MELODY if track.kind is TrackKind.BASS else TrackKind.BASS
        _add_presets(menu, f"{other.value.capitalize()} presets", presets_of(other), put)


def _add_presets(menu: QMenu, title: str, presets: Iterable[DrumPreset | MelodyPreset], put: Put) -> None:
    sub = QMenu(title, menu)
    for preset in presets:
        add_entry(sub, preset.name, partial(put, preset.loop, preset.name, False))
    menu.addMenu(sub)


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

    def _add(self, text: str, act: Callable[[], None]) -> QAction:
        return add_entry(self, text, act)

    def _choose_corner(self, corner: int) -> None:
        self.cornerChosen.emit(self._step, corner)

    def _choose_end(self, end: int) -> None:
        self.endChosen.emit(self._step, end)

    def open_for(self, step: int, where: QPoint, decoded: bool, corners: Sequence[str]) -> None:
        """Open the menu of a step.

        Parameters
        ----------
        step
            Which step, counted from 0.
        where
            Where the menu opens, on the screen.
        decoded
            Whether the step's loop is there; before, it can only be heard.
        corners
            Names of what is in the corners now.
        """
        self._step = step
        for number, (action, name) in enumerate(zip(self.corner_actions, corners, strict=True), 1):
            action.setText(f"Into corner {number}  ({short(name)})".replace("&", "&&"))
        self.setTitle(f"Step {step + 1}")
        for action in (*self.corner_actions, self.keep_action, self.export_action, *self.end_actions):
            action.setEnabled(decoded)
        self.popup(where)
