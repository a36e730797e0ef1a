"""The editor of a melodic loop, made when it is wanted."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot

from blender_app.core.melody import MelodyLoop
from blender_app.session.controller import Controller
from blender_app.session.session import TrackKind
from blender_app.ui.loops.edited_loop import EditedLoop
from blender_app.ui.loops.presets import melody_presets_of
from blender_app.ui.shell.length_presenter import LengthPresenter
from blender_app.ui.shell.presenter import Presenter, changed_fields_of
from blender_app.ui.shell.shell import Shell

if TYPE_CHECKING:
    from blender_app.ui.roll.panel import RollPanel


class RollPresenter(Presenter):
    """Makes the editor of melodies, and connects it with the loop that is edited.

    Parameters
    ----------
    shell, controller
        As in `Presenter`.
    edited
        Which loop is edited.
    lengths
        Makes what is edited longer or shorter.
    """

    panelMade = Signal(object)
    """The editor, a `RollPanel`, is there to be connected."""

    def __init__(
        self, shell: Shell, controller: Controller, edited: EditedLoop, lengths: LengthPresenter
    ) -> None:
        super().__init__(shell, controller)
        self._edited, self._lengths = edited, lengths
        self._kind: TrackKind | None = None
        edited.chosen.connect(self._show_edited)

    # -- the editor ---------------------------------------------------------------------------------

    @property
    def is_made(self) -> bool:
        """Whether the editor is there."""
        return "panel" in self.__dict__

    @cached_property
    def panel(self) -> RollPanel:
        """The editor, made when it is asked for first."""
        from blender_app.ui.roll.panel import RollPanel  # noqa: PLC0415 - the first picture needs none

        panel = RollPanel(self._shell.look, self._shell.actions)
        self._shell.editor.addWidget(panel)
        self._shell.set_hint(panel.roll, "roll")
        self._connect_panel(panel)
        panel.set_key(self._controller.document.session.key_of(self._front))
        self.panelMade.emit(panel)
        return panel

    def _connect_panel(self, panel: RollPanel) -> None:
        c, roll = self._controller, panel.roll
        panel.stepEntryChanged.connect(
            lambda enters: self._shell.set_hint(roll, "step entry" if enters else "roll")
        )
        panel.presetChosen.connect(self._edited.use_preset)
        panel.length.choices.chosen.connect(self._lengths.change_edited)
        roll.loopEdited.connect(self._on_roll_loopEdited)
        roll.notePreviewed.connect(c.playback.preview_note)
        roll.gestureStarted.connect(c.document.begin_gesture)
        roll.gestureEnded.connect(c.document.end_gesture)

    def deferred_parts(self) -> Iterator[object]:
        yield import_module("blender_app.ui.roll.panel")
        yield self.panel

    # -- showing ------------------------------------------------------------------------------------

    def show_all(self) -> None:
        kind = self._front.kind
        if kind is not self._kind:
            self._kind = kind
            if kind.is_melodic:
                self.panel.set_presets(melody_presets_of(kind))
        self._show_key()
        self._show_edited()

    def show_changes(self, names: frozenset[str]) -> None:
        if "front" in names:
            if self.is_made:
                self.panel.forget_corner()
            self.show_all()
            return
        if "scale" in names or "scale_lock" in changed_fields_of(names, self._front.name):
            self._show_key()
        if self._edited.is_touched_by(names):
            self._show_edited()

    def show_cells(self, track: str) -> None:
        if track == self._front.name and self._edited.in_key:
            self._show_edited()

    def show_morph(self, track: str) -> None:
        if track == self._front.name:
            self._show_edited()

    def show_look(self) -> None:
        self._show_edited()

    def show_frame(self, now_s: float, step: float | None) -> None:
        if self.is_made:
            self.panel.set_playhead(step if self._front.kind.is_melodic else None)

    def _show_key(self) -> None:
        if self.is_made:
            self.panel.set_key(self._controller.document.session.key_of(self._front))

    @Slot()
    def _show_edited(self) -> None:
        """Show in the editor what sounds of the loop that is edited, if it is a melody."""
        edited, loop = self._edited, self._edited.loop
        if isinstance(loop, MelodyLoop):
            self._shell.editor.setCurrentWidget(self.panel)
            self.panel.show_corner(edited.index, edited.mark, edited.name, loop, edited.user_edited)

    # -- by hand ------------------------------------------------------------------------------------

    @Slot(object, str, str)
    def _on_roll_loopEdited(self, loop: MelodyLoop, text: str, merge_key: str) -> None:
        self._edited.put(self._edited.target, loop, text, merge_key or None)
