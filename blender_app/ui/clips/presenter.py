"""The clip library in the window, made when it is wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from blender_app.session import morphing
from blender_app.session.controller import Controller
from blender_app.session.session import MAX_CLIPS, Clip, Source
from blender_app.ui.loops.edited_loop import EditedLoop
from blender_app.ui.shell.clip_player import ClipPlayer
from blender_app.ui.shell.length_presenter import LengthPresenter
from blender_app.ui.shell.presenter import Presenter
from blender_app.ui.shell.shell import Shell

if TYPE_CHECKING:
    from blender_app.ui.clips.library import ClipLibrary

LIBRARY_KEY = "window/shelf"
"""Setting that tells whether the library is in sight; its name is as old as the first settings."""


class ClipsPresenter(Presenter):
    """Makes the clip library, and connects it with the session's clips.

    Parameters
    ----------
    shell, controller
        As in `Presenter`.
    edited
        Puts clips into corners.
    player
        Lets clips be heard, and writes them.
    place
        Lays the library out.
    lengths
        Makes clips longer or shorter.
    """

    toEndAsked = Signal(object, int)
    """A `Clip` is to be an end of the morph."""

    def __init__(
        self,
        shell: Shell,
        controller: Controller,
        edited: EditedLoop,
        player: ClipPlayer,
        place: Callable[[QWidget], None],
        lengths: LengthPresenter,
    ) -> None:
        super().__init__(shell, controller)
        self._edited, self._player, self._place = edited, player, place
        self._lengths = lengths
        self._shown = shell.actions["clip_library"]
        self._shown.toggled.connect(self._on_shown_toggled)
        self._connect_actions({"keep_clip": self.keep_sounding})

    def restore(self) -> None:
        """Show the library if it was in sight the last time."""
        if self._controller.settings.value(LIBRARY_KEY) == "1":
            self._shown.setChecked(True)

    # -- the library --------------------------------------------------------------------------------

    @property
    def is_made(self) -> bool:
        """Whether the library is there."""
        return "library" in self.__dict__

    @cached_property
    def library(self) -> ClipLibrary:
        """The library, made when it is asked for first."""
        from blender_app.ui.clips.library import ClipLibrary  # noqa: PLC0415 - the first picture needs none

        library = ClipLibrary(self._shell.look)
        library.hide()
        self._place(library)
        self._shell.set_hint(library.list, "clips")
        self._connect_library(library)
        library.set_midi_writer(self._player.write_dragged)
        self._show_on(library)
        return library

    def _connect_library(self, library: ClipLibrary) -> None:
        library.clipsEdited.connect(self._controller.clips.put_all)
        library.full.connect(self._on_library_full)
        library.keepAsked.connect(self.keep_sounding)
        library.auditionAsked.connect(lambda row: self._player.hear(self._clip(row)))
        library.toCornerAsked.connect(lambda row, corner: self._edited.put_clip(corner, self._clip(row)))
        library.toEndAsked.connect(lambda row, end: self.toEndAsked.emit(self._clip(row), end))
        library.lengthChosen.connect(self._lengths.change_clip)
        library.exportAsked.connect(lambda row: self._player.export(self._clip(row)))

    def _clip(self, row: int) -> Clip:
        return self._controller.document.session.clips[row]

    def deferred_parts(self) -> Iterator[object]:
        yield import_module("blender_app.ui.clips.library")
        yield self.library

    # -- showing ------------------------------------------------------------------------------------

    def show_all(self) -> None:
        if self.is_made:
            self._show_on(self.library)

    def _show_on(self, library: ClipLibrary) -> None:
        library.set_kind(self._front.kind)
        library.set_clips(self._controller.document.session.clips)

    def show_changes(self, names: frozenset[str]) -> None:
        if names & {"front", "clips"}:
            self.show_all()

    @Slot(bool)
    def _on_shown_toggled(self, shown: bool) -> None:
        """Show or hide the library, now and at the next start."""
        self.library.setVisible(shown)
        self._controller.settings.set_value(LIBRARY_KEY, "1" if shown else "0")

    # -- by hand ------------------------------------------------------------------------------------

    @Slot()
    def keep_sounding(self) -> None:
        """Keep what sounds on the track in front."""
        track = self._front
        x, y = self._heard_place()
        if track.source is Source.MORPH and track.morph is not None:
            name = morphing.step_name(track.morph, morphing.nearest_step(x, track.morph.steps))
        else:
            name = f"{track.name} {x:.2f}, {y:.2f}"
        self.keep(Clip(name, track.kind, self._controller.playback.sounding))

    @Slot(object)
    def keep(self, clip: Clip) -> None:
        """Put `clip` into the library, and show that."""
        self.library.add(clip)
        self._shown.setChecked(True)

    @Slot()
    def _on_library_full(self) -> None:
        text = f"The clip library is full: it holds {MAX_CLIPS} clips. Remove one to keep another."
        self._shell.tell("warning", text)
