"""What makes loops longer or shorter, wherever they are; what is lost by it can be brought back."""

from __future__ import annotations

from PySide6.QtCore import Slot

from blender_app.core.time import bars_text
from blender_app.session.controller import Controller
from blender_app.session.edits.lengths import DOUBLE, HALVE, STRETCH, LengthEdit
from blender_app.session.morphing import END_LETTERS
from blender_app.ui.loops.edited_loop import EditedLoop
from blender_app.ui.shell.presenter import Presenter
from blender_app.ui.shell.shell import Shell


class LengthPresenter(Presenter):
    """Does what menus and keys of lengths ask for.

    Parameters
    ----------
    shell, controller
        As in `Presenter`.
    edited
        Which loop is meant by the keys and by the editors.
    """

    def __init__(self, shell: Shell, controller: Controller, edited: EditedLoop) -> None:
        super().__init__(shell, controller)
        self._edited = edited
        self._connect_actions(
            {
                "double_corner": lambda: self.change_edited(DOUBLE),
                "stretch_corner": lambda: self.change_edited(STRETCH),
                "halve_corner": lambda: self.change_edited(HALVE),
            }
        )

    @Slot(object)
    def change_edited(self, edit: LengthEdit) -> None:
        """Change the length of the corner or the end in the editor by `edit`."""
        if self._edited.morphs:
            self.change_end(self._edited.end, edit)
        else:
            self.change_corner(self._edited.corner, edit)

    @Slot(int, object)
    def change_corner(self, corner: int, edit: LengthEdit) -> None:
        """Change by `edit` how long a `corner` (0-3) of the track in front is."""
        if self._controller.lengths.change_corner(corner, edit):
            self._offer_undo(f"Corner {corner + 1}", self._front.corners[corner].steps)

    @Slot(int, object)
    def change_end(self, end: int, edit: LengthEdit) -> None:
        """Change by `edit` how long an `end` (0 or 1) of the morph of the track in front is."""
        lost, morph = self._controller.lengths.change_end(end, edit), self._front.morph
        if lost and morph is not None:
            self._offer_undo(f"End {END_LETTERS[end]}", morph.ends[end].steps)

    @Slot(int, object)
    def change_clip(self, row: int, edit: LengthEdit) -> None:
        """Change by `edit` how long the clip at `row` is."""
        if self._controller.lengths.change_clip(row, edit):
            clip = self._controller.document.session.clips[row]
            self._offer_undo(clip.name, clip.loop.steps)

    def _offer_undo(self, what: str, steps: int) -> None:
        self._shell.offer_undo(f"{what} has {bars_text(steps)} now; what came behind is gone.")
