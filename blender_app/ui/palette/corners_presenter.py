"""The corners of the palette of the track in front, on their cards, and what is done to them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, Slot

from blender_app.session.controller import Controller
from blender_app.session.session import CORNER_COUNT, TrackKind
from blender_app.session.status import ModelState
from blender_app.ui.loops.edited_loop import EditedLoop
from blender_app.ui.loops.presets import presets_of
from blender_app.ui.palette.stage import Stage
from blender_app.ui.shell.file_windows import FileWindows
from blender_app.ui.shell.length_presenter import LengthPresenter
from blender_app.ui.shell.presenter import Presenter
from blender_app.ui.shell.shell import Shell

_ONLY_CORNERS = ("copy_corner", "clear_corner", "dice_all")
"""Actions that the ends of a morph do not know."""


class CornersPresenter(Presenter):
    """Connects the cards, and the actions on what is edited, with the controller.

    Parameters
    ----------
    shell, controller
        As in `Presenter`.
    edited
        Which corner is edited.
    stage
        Where the cards lie.
    files
        Asks for files to import.
    lengths
        Makes corners longer or shorter.
    """

    def __init__(
        self,
        shell: Shell,
        controller: Controller,
        edited: EditedLoop,
        stage: Stage,
        files: FileWindows,
        lengths: LengthPresenter,
    ) -> None:
        super().__init__(shell, controller)
        self._edited, self._cards, self._files, self._lengths = edited, stage.cards, files, lengths
        self._kind: TrackKind | None = None
        self._connect_cards()
        edit: dict[str, Callable[[], object]] = {
            f"edit_{corner + 1}": partial(self._edit, corner) for corner in range(CORNER_COUNT)
        }
        self._connect_actions(
            edit
            | {
                "copy_corner": lambda: self._copy(edited.corner),
                "paste_corner": lambda: self._controller.corners.paste(edited.corner),
                "clear_corner": lambda: self._clear(edited.corner),
                "dice_corner": edited.dice,
                "vary_corner": edited.vary,
                "dice_all": self._controller.dice.roll_all,
                "import_corner": self._import,
            }
        )
        edited.chosen.connect(self._show_corners)
        self._allow_paste()

    def _connect_cards(self) -> None:
        c = self._controller
        for card in self._cards:
            card.selected.connect(self._edited.edit_corner)
            card.diceRolled.connect(c.dice.roll)
            card.varied.connect(c.dice.vary)
            card.presetChosen.connect(c.corners.use_preset)
            card.importAsked.connect(self._files.import_corner)
            card.fileDropped.connect(c.exchange.import_corner)
            card.clipDropped.connect(self._edited.put_clip)
            card.pasted.connect(c.corners.paste)
            card.userEditedToggled.connect(c.corners.set_user_edited)
            card.cleared.connect(self._clear)
            card.copied.connect(self._copy)
            card.lengthChosen.connect(self._lengths.change_corner)

    # -- showing ------------------------------------------------------------------------------------

    def show_all(self) -> None:
        kind = self._front.kind
        if kind is not self._kind:
            self._kind = kind
            for card in self._cards:
                card.set_presets(presets_of(kind))
        self._show_corners()

    def show_changes(self, names: frozenset[str]) -> None:
        if "front" in names:
            self.show_all()
        elif self._edited.is_touched_by(names):
            self._show_corners()
        self._allow_paste()

    @Slot()
    def _show_corners(self) -> None:
        """Show the corners on their cards, and which of them is edited."""
        track, edited = self._front, self._edited
        for corner, card in enumerate(self._cards):
            card.set_selected(corner == edited.corner and not edited.morphs)
            card.set_user_edited(edited.in_key, track.user_edited[corner])
        self.show_cells(track.name)

    def show_cells(self, track: str) -> None:
        """Show what sounds in the corners of `track`, and how well the model holds them."""
        front = self._front
        if track != front.name:
            return
        accuracy, longest = self._controller.palettes.accuracy, max(loop.steps for loop in front.corners)
        crossfaded = self._is_crossfaded()
        for corner, card in enumerate(self._cards):
            too_long = crossfaded and front.corners[corner].steps == longest
            card.set_too_long_for(front.model if too_long else "")
            card.set_loop(self._edited.heard_corner(corner), front.corner_names[corner])
            card.set_accuracy(1.0 if accuracy is None else accuracy[corner])

    def _is_crossfaded(self) -> bool:
        """Say whether the model is there, and yet the palette in front is not its own: it was refused."""
        palettes = self._controller.palettes
        ready = palettes.model_states.get(self._front.model) is ModelState.READY
        return ready and bool(palettes.cells) and palettes.accuracy is None

    def show_look(self) -> None:
        self._show_corners()

    def _allow_paste(self) -> None:
        can, actions, morphs = self._controller.corners.can_paste, self._shell.actions, self._morphs
        actions["paste_corner"].setEnabled(can and not morphs)
        for name in _ONLY_CORNERS:
            actions[name].setEnabled(not morphs)
        for card in self._cards:
            card.set_can_paste(can)

    # -- by hand ------------------------------------------------------------------------------------

    @Slot(int)
    def _copy(self, corner: int) -> None:
        """Copy a corner, which allows to paste."""
        self._controller.corners.copy(corner)
        self._allow_paste()

    @Slot(int)
    def _clear(self, corner: int) -> None:
        """Empty a corner, and offer the way back."""
        self._controller.corners.clear(corner)
        self._shell.offer_undo(f"Corner {corner + 1} is empty now.")

    def _edit(self, corner: int) -> None:
        self._edited.edit_corner(corner)
        self._shell.focus_editor(Qt.FocusReason.ShortcutFocusReason)

    def _import(self) -> None:
        if self._edited.morphs:
            self._files.import_end(self._edited.end, self._edited.import_end)
        else:
            self._files.import_corner(self._edited.corner)
