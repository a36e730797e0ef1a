"""The palette of the track in front: its cells, its puck, its path."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Slot

from blender_app.session import morphing
from blender_app.session.controller import Controller
from blender_app.session.path import curve
from blender_app.session.session import MAX_GRID, MIN_GRID, DrawnPath
from blender_app.ui.palette.path_editor import Place, Places
from blender_app.ui.palette.stage import Stage
from blender_app.ui.palette.view import CORNER_PLACES
from blender_app.ui.shell.presenter import Presenter, changed_fields_of
from blender_app.ui.shell.shell import Shell


class PalettePresenter(Presenter):
    """Connects palette and path bar with the controller's track in front.

    Parameters
    ----------
    shell, controller
        As in `Presenter`.
    stage
        Where the palette lies between its corners.
    """

    def __init__(self, shell: Shell, controller: Controller, stage: Stage) -> None:
        super().__init__(shell, controller)
        self._stage, self._view, self._bar = stage, stage.palette_view, stage.path_bar
        self._connect_views()
        shell.actions["draw"].toggled.connect(self._on_draw_toggled)
        shell.actions["play_path"].triggered.connect(self._controller.place.play_path)
        go_to: dict[str, Callable[[], object]] = {
            f"corner_{corner + 1}": partial(self._go_to_corner, corner, place)
            for corner, place in enumerate(CORNER_PLACES)
        }
        self._connect_actions(
            go_to
            | {
                "clear_path": lambda: self._controller.place.set_path(None),
                "finer": lambda: self._change_grid(2),
                "coarser": lambda: self._change_grid(-2),
            }
        )

    def _connect_views(self) -> None:
        c, view, bar = self._controller, self._view, self._bar
        view.puckMoved.connect(c.place.move_puck)
        view.strokeDrawn.connect(lambda points: c.place.draw_path(list(points)))
        view.nodesChanged.connect(self._on_view_nodesChanged)
        bar.pathChanged.connect(c.place.set_path)
        bar.gridChosen.connect(lambda count: c.place.set_grid(count, count))
        bar.parameterTurned.connect(c.document.set_track_parameter)
        for source in (view, bar):
            source.gestureStarted.connect(c.document.begin_gesture)
            source.gestureEnded.connect(c.document.end_gesture)
        for box in (bar.bars, bar.wander, bar.cells):
            box.finished.connect(self._on_box_finished)

    # -- showing ------------------------------------------------------------------------------------

    def show_all(self) -> None:
        track = self._front
        self._view.set_puck(*track.puck)
        self._bar.show_track(track)
        self._show_source()
        self.show_cells(track.name)
        self.show_playing()
        self.show_sounding(track.name)

    def show_changes(self, names: frozenset[str]) -> None:
        if "front" in names:
            self.show_all()
            return
        track = self._front
        fields = changed_fields_of(names, track.name)
        if fields & {"source", "morph"}:
            self._show_source()
        if "puck" in fields:
            self._view.set_puck(*track.puck)
        if fields & {"path", "rows", "cols", "wander"}:
            self._bar.show_track(track)
        if fields & {"path", "morph", "source"}:
            self.show_playing()

    def _show_source(self) -> None:
        """Put the palette on the stage, where it sounds."""
        if not self._morphs:
            self._shell.stage.setCurrentWidget(self._stage)

    def show_cells(self, track: str) -> None:
        if track == self._front.name and self._controller.palettes.cells:
            self._view.set_cells(self._controller.palettes.cells)

    def show_sounding(self, track: str) -> None:
        if track == self._front.name:
            self._view.set_sounding(self._controller.playback.sounding)

    def show_playing(self) -> None:
        """Show the path, and whether it or the puck sounds."""
        path, view = self._front.path, self._view
        if path is None:
            view.set_path((), (), closed=False)
        else:
            view.set_path(path.nodes, [(float(x), float(y)) for x, y in curve(path)], path.closed)
        view.set_playing(
            self._controller.playback.playing and not self._morphs, path is not None and path.playing
        )
        view.set_path_playhead(
            None if self._morphs else self._controller.playback.path_position(self._shell.now_s())
        )

    def show_frame(self, now_s: float, step: float | None) -> None:
        if not self._morphs:
            self._view.set_path_playhead(self._controller.playback.path_position(now_s))

    # -- by hand ------------------------------------------------------------------------------------

    def _go_to_corner(self, corner: int, place: Place) -> None:
        """Move the puck to a corner, or the morph's slider to an end."""
        morph = self._front.morph
        if not self._morphs:
            self._controller.place.move_puck(*place)
        elif morph is not None and corner < morphing.END_COUNT:
            self._controller.morph.put(morphing.moved(morph, float(corner)), "Glide")

    def _change_grid(self, by: int) -> None:
        count = min(MAX_GRID, max(MIN_GRID, self._front.cols + by))
        self._controller.place.set_grid(count, count)

    @Slot()
    def _on_box_finished(self) -> None:
        self._shell.focus_stage()

    @Slot(bool)
    def _on_draw_toggled(self, draws: bool) -> None:
        self._view.set_draw_mode(draws)
        self._shell.set_hint(self._view, "draw" if draws else "palette")

    @Slot(object)
    def _on_view_nodesChanged(self, nodes: Places) -> None:
        path = self._front.path
        if not nodes:
            self._controller.place.set_path(None)
        elif path is None:
            self._controller.place.set_path(DrawnPath(nodes))
        else:
            text = "Move node" if len(nodes) == len(path.nodes) else None
            self._controller.place.set_path(replace(path, nodes=nodes), text)
