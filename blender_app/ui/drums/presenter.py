"""The editor of a drum loop, and what a hand paints there."""

from __future__ import annotations

from PySide6.QtCore import Slot

from blender_app.core.drums import DrumLoop
from blender_app.session.controller import Controller
from blender_app.ui.drums.editor_panel import EditorPanel
from blender_app.ui.drums.voice_rows import HEARD_VELOCITY
from blender_app.ui.loops.edited_loop import EditedLoop
from blender_app.ui.shell.length_presenter import LengthPresenter
from blender_app.ui.shell.presenter import Presenter
from blender_app.ui.shell.shell import Shell


class DrumsPresenter(Presenter):
    """Connects the editor of drums with the loop that is edited.

    Parameters
    ----------
    shell, controller
        As in `Presenter`.
    edited
        Which loop is edited.
    panel
        The editor; it is one of the shell's.
    lengths
        Makes what is edited longer or shorter.
    """

    def __init__(
        self,
        shell: Shell,
        controller: Controller,
        edited: EditedLoop,
        panel: EditorPanel,
        lengths: LengthPresenter,
    ) -> None:
        super().__init__(shell, controller)
        self._edited, self._panel = edited, panel
        panel.step_grid.hitPainted.connect(self._on_grid_hitPainted)
        panel.step_grid.gestureStarted.connect(self._controller.document.begin_gesture)
        panel.step_grid.gestureEnded.connect(self._controller.document.end_gesture)
        panel.presetChosen.connect(edited.use_preset)
        panel.length.choices.chosen.connect(lengths.change_edited)
        panel.names.nameClicked.connect(self._on_names_nameClicked)
        edited.chosen.connect(self._show_edited)

    # -- showing ------------------------------------------------------------------------------------

    def show_all(self) -> None:
        self._show_edited()

    def show_changes(self, names: frozenset[str]) -> None:
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

    @Slot()
    def _show_edited(self) -> None:
        """Show in the editor what sounds of the loop that is edited, if it is drums."""
        edited, loop = self._edited, self._edited.loop
        if isinstance(loop, DrumLoop):
            self._shell.editor.setCurrentWidget(self._panel)
            color = self._shell.look.corner_color(edited.index)
            self._panel.show_loop(f"{edited.mark}  {edited.name}", color, loop)

    # -- by hand ------------------------------------------------------------------------------------

    @Slot(int)
    def _on_names_nameClicked(self, voice: int) -> None:
        self._controller.playback.preview_hit(voice, HEARD_VELOCITY)

    @Slot(int, int, int)
    def _on_grid_hitPainted(self, step: int, voice: int, velocity: int) -> None:
        edited, loop = self._edited, self._edited.loop
        if not isinstance(loop, DrumLoop):
            return
        if velocity > 0 and not loop.hits[step, voice] and not self._controller.playback.playing:
            self._controller.playback.preview_hit(voice, velocity)
        if edited.morphs:
            changed = loop.with_hit(step, voice, velocity, float(loop.microtiming[step, voice]))
            edited.put(edited.target, changed, "Paint hits")
        else:
            self._controller.corners.paint_hit(edited.corner, step, voice, velocity)
