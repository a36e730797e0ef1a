"""The dialogs beside the window: preferences, MIDI channel and notes, help."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot

from blender_app.session.controller import Controller
from blender_app.ui.drums.voice_rows import HEARD_VELOCITY
from blender_app.ui.shell.file_windows import FileWindows
from blender_app.ui.shell.presenter import Presenter
from blender_app.ui.shell.shell import Shell

if TYPE_CHECKING:
    from blender_app.ui.window.dialogs import SessionDialog


class DialogsPresenter(Presenter):
    """Opens the dialogs, one of a kind, and connects them with the controller.

    Parameters
    ----------
    shell, controller
        As in `Presenter`.
    files
        Asks for a SoundFont.
    """

    lookChanged = Signal()
    """The look was changed by hand."""

    def __init__(self, shell: Shell, controller: Controller, files: FileWindows) -> None:
        super().__init__(shell, controller)
        self._files = files
        self.opened: dict[type[SessionDialog], SessionDialog] = {}
        self._connect_actions(
            {"preferences": self.show_preferences, "note_map": self.show_note_map, "help": self.show_help}
        )

    def show_changes(self, names: frozenset[str]) -> None:
        for dialog in self.opened.values():
            dialog.show_session(self._controller.document.session)

    def show_preferences(self) -> None:
        """Open the preferences."""
        from blender_app.ui.window.dialogs import PreferencesDialog  # noqa: PLC0415 - wanted seldom

        dialog = PreferencesDialog(self._shell.look, self._controller.document.session, self._shell.window)
        dialog.lookChanged.connect(self.lookChanged)
        dialog.fontAsked.connect(self._files.choose_font)
        dialog.shippedFontAsked.connect(lambda: self._controller.devices.set_font(None))
        dialog.audioToggled.connect(self._controller.devices.set_audio)
        self._show(dialog)

    @Slot(str)
    def show_note_map(self, track: str | None = None) -> None:
        """Open the editor of MIDI channel and notes of `track`, the one in front for None."""
        from blender_app.ui.window.dialogs import NoteMapDialog  # noqa: PLC0415 - wanted seldom

        c, session = self._controller, self._controller.document.session
        name = track or session.front
        dialog = NoteMapDialog(session.track(name), session.midi, self._shell.window)
        dialog.channelChanged.connect(
            lambda channel: c.document.set_track_parameter("channel", channel, name)
        )
        dialog.latencyChanged.connect(c.devices.set_latency)
        dialog.noteMapChanged.connect(lambda notes: c.tracks.set_note_map(notes, name))
        dialog.voiceHeard.connect(lambda voice: c.playback.preview_hit(voice, HEARD_VELOCITY, name))
        self._show(dialog)

    def show_help(self) -> None:
        """Open the list of keys and gestures."""
        from blender_app.ui.window.dialogs import HelpDialog  # noqa: PLC0415 - wanted seldom

        self._show(HelpDialog(self._shell.look, self._shell.window))

    def _show(self, dialog: SessionDialog) -> None:
        """Show a dialog beside the window; an older one of its kind makes room."""
        kind = type(dialog)
        older = self.opened.pop(kind, None)
        if older is not None:
            older.close()
        self.opened[kind] = dialog
        dialog.finished.connect(partial(self._forget, kind, dialog))
        dialog.show()

    def _forget(self, kind: type[SessionDialog], dialog: SessionDialog, _result: int = 0) -> None:
        if self.opened.get(kind) is dialog:
            del self.opened[kind]
        dialog.deleteLater()
